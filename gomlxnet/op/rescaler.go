package op

// Rescale divides the weights by in.
func (Convolution) Rescale(vars [][]float32, in, out float64) { rescaleWeighted(vars, in, out) }

// Rescale divides the weights by in.
func (Dense) Rescale(vars [][]float32, in, out float64) { rescaleWeighted(vars, in, out) }

// rescaleWeighted is Rescale of weights and perhaps biases.
func rescaleWeighted(vars [][]float32, in, out float64) {
	multiply(vars[0], out/in)
	for _, biases := range vars[1:] {
		multiply(biases, out)
	}
}

// Rescale leaves the root of variance + epsilon, which is multiplied, with a variance that is exact for stored
// statistics and within epsilon of that of batches. Where in is small it may be below 0, and is above -epsilon.
func (s BatchNorm) Rescale(vars [][]float32, in, out float64) {
	multiply(vars[normScale], out)
	multiply(vars[normShift], out)
	if in == 1 {
		return
	}
	multiply(vars[normMean], in)
	for i, v := range vars[normVariance] {
		vars[normVariance][i] = float32(in*in*(float64(v)+s.epsilon()) - s.epsilon())
	}
}

func multiply(values []float32, factor float64) {
	if factor == 1 {
		return
	}
	for i, x := range values {
		values[i] = float32(float64(x) * factor)
	}
}
