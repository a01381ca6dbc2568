package arch

import "coadapt/gomlxnet/op"

// Cost counts every layer under a cut and their total. Training a layer costs
// its forward pass, as much again for the gradient of its weights, and as much
// again for the gradient of its input, which is not needed in the lowest layer
// that learns nor below it. Frozen layers below it cost their forward pass alone.
func (a Arch) Cost(cut Cut) (layers []op.Cost, total op.Cost, err error) {
	if err := cut.Check(a); err != nil {
		return nil, op.Cost{}, err
	}
	w, err := a.wire()
	if err != nil {
		return nil, op.Cost{}, err
	}
	lowest := 0
	for cut.Freezes(lowest) {
		lowest++
	}
	for i, ops := range w.blocks {
		var c op.Cost
		for _, o := range ops {
			each := o.Cost(o.In, o.Out)
			c.MultiplyAdds += each.MultiplyAdds
			c.Activations += each.Activations
			for _, v := range o.Vars {
				if v.Role == op.Learned {
					c.Parameters += v.Size()
				}
				c.Bytes += 4 * int64(v.Size())
			}
		}
		switch {
		case i < lowest:
			c.Train = c.MultiplyAdds
		case i == lowest || cut.Freezes(i):
			c.Train = 2 * c.MultiplyAdds
		default:
			c.Train = 3 * c.MultiplyAdds
		}
		layers = append(layers, c)
		total.Parameters += c.Parameters
		total.Bytes += c.Bytes
		total.MultiplyAdds += c.MultiplyAdds
		total.Train += c.Train
		total.Activations += c.Activations
	}
	return layers, total, nil
}
