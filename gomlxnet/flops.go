package gomlxnet

// Cost counts what one layer, or a whole net, asks for. MultiplyAdds are those
// of convolutions and inner products for one image, exact; pooling, relu and
// normalisation are left out, as is usual.
type Cost struct {
	Parameters   int   // weights and biases
	Bytes        int64 // of the parameters, as float32
	MultiplyAdds int64 // forward, one image
	Train        int64 // forward and backward, one image, under the cut asked for
	Activations  int64 // values that leave the layer's weights and its pooling, one image
}

// Cost counts every layer under a cut and their total. Training a layer costs
// its forward pass, as much again for the gradient of its weights, and as much
// again for the gradient of its input, which is not needed in the lowest layer
// that learns nor below it. Frozen layers cost their forward pass alone.
func (a Arch) Cost(cut Cut) (layers []Cost, total Cost, err error) {
	if err := cut.Check(a); err != nil {
		return nil, Cost{}, err
	}
	dims, err := a.Dims()
	if err != nil {
		return nil, Cost{}, err
	}
	vars, err := a.Variables()
	if err != nil {
		return nil, Cost{}, err
	}
	lowest := 0
	if cut.Frozen {
		lowest = cut.N
	}
	for i, d := range dims {
		weights, biases := vars[2*i], vars[2*i+1]
		c := Cost{Parameters: weights.Size() + biases.Size()}
		c.Bytes = 4 * int64(c.Parameters)
		c.MultiplyAdds = int64(weights.FanIn) * int64(d.Conv.Values())
		c.Activations = int64(d.Conv.Values())
		if a.Layers[i].Pool != nil {
			c.Activations += int64(d.Out.Values())
		}
		switch {
		case i < lowest:
			c.Train = c.MultiplyAdds
		case i == lowest:
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
