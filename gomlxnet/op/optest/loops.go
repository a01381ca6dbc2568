package optest

import "math"

// ConvLoop is the definition: output channel o of group g sees the input
// channels of group g alone. x is [b,h,w,in], k is [k,k,in/groups,out].
func ConvLoop(x, k Array, stride, pad, groups int) Array {
	size, in, out := k.Shape[0], k.Shape[2], k.Shape[3]
	oh, ow := (x.Shape[1]+2*pad-size)/stride+1, (x.Shape[2]+2*pad-size)/stride+1
	y := NewArray(x.Shape[0], oh, ow, out)
	for b := range x.Shape[0] {
		for i := range oh {
			for j := range ow {
				for o := range out {
					first, sum := o/(out/groups)*in, 0.0
					for dh := range size {
						for dw := range size {
							h, w := i*stride+dh-pad, j*stride+dw-pad
							if h < 0 || w < 0 || h >= x.Shape[1] || w >= x.Shape[2] {
								continue
							}
							for c := range in {
								sum += x.Data[x.At(b, h, w, first+c)] * k.Data[k.At(dh, dw, c, o)]
							}
						}
					}
					y.Data[y.At(b, i, j, o)] = sum
				}
			}
		}
	}
	return y
}

// PoolLoop is Caffe's PoolingLayer::Forward_cpu for MAX without padding.
func PoolLoop(x Array, kernel, stride int) Array {
	oh, ow := windowsOver(x.Shape[1], kernel, stride), windowsOver(x.Shape[2], kernel, stride)
	y := NewArray(x.Shape[0], oh, ow, x.Shape[3])
	for b := range x.Shape[0] {
		for i := range oh {
			for j := range ow {
				for c := range x.Shape[3] {
					best := math.Inf(-1)
					for h := i * stride; h < min(i*stride+kernel, x.Shape[1]); h++ {
						for w := j * stride; w < min(j*stride+kernel, x.Shape[2]); w++ {
							best = max(best, x.Data[x.At(b, h, w, c)])
						}
					}
					y.Data[y.At(b, i, j, c)] = best
				}
			}
		}
	}
	return y
}

// windowsOver counts windows along an axis: a further one is there as long as the last does not reach the end, and it
// would begin before it.
func windowsOver(in, kernel, stride int) int {
	n := 1
	for (n-1)*stride+kernel < in && n*stride < in {
		n++
	}
	return n
}

// LRNLoop is Caffe's LRNLayer::CrossChannelForward_cpu, x / (1 + alpha/n Σ x²)^beta.
func LRNLoop(x Array, size int, alpha, beta float64) Array {
	y, channels := NewArray(x.Shape...), x.Shape[3]
	for at := 0; at < len(x.Data); at += channels {
		for c := range channels {
			sum := 0.0
			for d := c - size/2; d <= c+size/2; d++ {
				if d >= 0 && d < channels {
					sum += x.Data[at+d] * x.Data[at+d]
				}
			}
			y.Data[at+c] = x.Data[at+c] / math.Pow(1+alpha/float64(size)*sum, beta)
		}
	}
	return y
}
