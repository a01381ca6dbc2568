package gomlxnet

import "math"

// convLoop is the definition: output channel o of group g sees the input
// channels of group g alone. x is [b,h,w,in], k is [k,k,in/groups,out].
func convLoop(x, k array, stride, pad, groups int) array {
	size, in, out := k.shape[0], k.shape[2], k.shape[3]
	oh, ow := (x.shape[1]+2*pad-size)/stride+1, (x.shape[2]+2*pad-size)/stride+1
	y := newArray(x.shape[0], oh, ow, out)
	for b := range x.shape[0] {
		for i := range oh {
			for j := range ow {
				for o := range out {
					first, sum := o/(out/groups)*in, 0.0
					for dh := range size {
						for dw := range size {
							h, w := i*stride+dh-pad, j*stride+dw-pad
							if h < 0 || w < 0 || h >= x.shape[1] || w >= x.shape[2] {
								continue
							}
							for c := range in {
								sum += x.data[x.at(b, h, w, first+c)] * k.data[k.at(dh, dw, c, o)]
							}
						}
					}
					y.data[y.at(b, i, j, o)] = sum
				}
			}
		}
	}
	return y
}

// poolLoop is Caffe's PoolingLayer::Forward_cpu for MAX without padding.
func poolLoop(x array, kernel, stride int) array {
	oh, ow := windowsOver(x.shape[1], kernel, stride), windowsOver(x.shape[2], kernel, stride)
	y := newArray(x.shape[0], oh, ow, x.shape[3])
	for b := range x.shape[0] {
		for i := range oh {
			for j := range ow {
				for c := range x.shape[3] {
					best := math.Inf(-1)
					for h := i * stride; h < min(i*stride+kernel, x.shape[1]); h++ {
						for w := j * stride; w < min(j*stride+kernel, x.shape[2]); w++ {
							best = max(best, x.data[x.at(b, h, w, c)])
						}
					}
					y.data[y.at(b, i, j, c)] = best
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

// lrnLoop is Caffe's LRNLayer::CrossChannelForward_cpu, x / (1 + alpha/n Σ x²)^beta.
func lrnLoop(x array, size int, alpha, beta float64) array {
	y, channels := newArray(x.shape...), x.shape[3]
	for at := 0; at < len(x.data); at += channels {
		for c := range channels {
			sum := 0.0
			for d := c - size/2; d <= c+size/2; d++ {
				if d >= 0 && d < channels {
					sum += x.data[at+d] * x.data[at+d]
				}
			}
			y.data[at+c] = x.data[at+c] / math.Pow(1+alpha/float64(size)*sum, beta)
		}
	}
	return y
}
