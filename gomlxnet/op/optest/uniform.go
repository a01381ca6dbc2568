package optest

// Stream is splitmix64 seeded with the FNV-1a hash of a name.
func Stream(name string) func() uint64 {
	state := uint64(0xcbf29ce484222325)
	for _, b := range []byte(name) {
		state = (state ^ uint64(b)) * 0x100000001b3
	}
	return func() uint64 {
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return z ^ z>>31
	}
}

// FillUniform fills data with values between -scale and scale.
func FillUniform(data []float32, name string, scale float64) {
	next := Stream(name)
	for i := range data {
		data[i] = float32((float64(next()>>40)/(1<<23) - 1) * scale)
	}
}
