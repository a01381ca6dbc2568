package planes

// tapBits are the fraction bits of a weight.
const tapBits = 14

// taps are the weights that make an axis of a plane shorter or longer: sample o of the result is the sum of n samples
// from first[o] on, each times its weight from w[o*stride] on.
type taps struct {
	n, stride int
	first     []int32
	w         []int16 // below 2 in size
}

// catmullRom lays out the taps from `samples` samples, each step pixels wide, over an axis of `size` pixels, to out
// samples; the stride is a multiple of align, and zeros fill it. The filter is widened where the axis shrinks; what
// lies beyond the border is left out, and the rest sums to one. All of it is exact or rounded as IEEE 754 says, so
// that machines agree.
func catmullRom(samples, step, size, out, align int) taps {
	// In units of 1/(2*out) of a pixel, samples lie pitch apart, and the filter reaches 2*unit far.
	pitch, unit := 2*step*out, 2*max(step*out, size)
	n := min(samples, (4*unit+pitch-1)/pitch)
	t := taps{n: n, stride: (n + align - 1) / align * align, first: make([]int32, out)}
	t.w = make([]int16, out*t.stride)
	weights := make([]float64, 0, n)
	for o := range out {
		centre, lo := (2*o+1)*size, 0
		if reach := centre - 2*unit - pitch/2; reach >= 0 {
			lo = reach/pitch + 1
		}
		weights = weights[:0]
		sum := 0.0
		for k := lo; k < samples; k++ {
			d := k*pitch + pitch/2 - centre
			if d >= 2*unit {
				break
			}
			w := cubic(float64(max(d, -d)) / float64(unit))
			weights, sum = append(weights, w), sum+w
		}
		first := min(lo, samples-n)
		t.first[o] = int32(first)
		quantise(t.w[o*t.stride+lo-first:], weights, sum)
	}
	return t
}

// cubic is the Catmull-Rom filter at distance t, 0 <= t < 2. The conversions forbid fused steps, which round
// differently.
func cubic(t float64) float64 {
	t2 := float64(t * t)
	t3 := float64(t2 * t)
	if t < 1 {
		return float64(1.5*t3) - float64(2.5*t2) + 1
	}
	return float64(-0.5*t3) + float64(2.5*t2) - float64(4*t) + 2
}

// quantise rounds weights so that they sum to one exactly; the largest takes what is left over.
func quantise(dst []int16, weights []float64, sum float64) {
	left, largest := int16(1<<tapBits), 0
	for i, w := range weights {
		v := w / sum * (1 << tapBits)
		if v < 0 {
			dst[i] = int16(v - 0.5)
		} else {
			dst[i] = int16(v + 0.5)
		}
		left -= dst[i]
		if dst[i] > dst[largest] {
			largest = i
		}
	}
	dst[largest] += left
}
