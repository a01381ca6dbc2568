package gomlxnet

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/distributed"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// placement is where a net is: on the first device of its backend, where it is
// compiled as any graph is; on one other; or on several, with all its
// variables on each and every batch divided between them.
type placement struct {
	backend compute.Backend
	devices []compute.DeviceNum
	divided *distributed.ShardingSpec // along the first axis, between the devices; nil on the first device alone
	whole   *distributed.ShardingSpec // the same on every device
}

func newPlacement(backend compute.Backend, devices []int) (placement, error) {
	p := placement{backend: backend}
	if len(devices) == 0 {
		devices = []int{0}
	}
	for i, d := range devices {
		if d < 0 || d >= backend.NumDevices() {
			return p, fmt.Errorf("device %d: backend %s shows %d, counted from 0", d, backend.Name(), backend.NumDevices())
		}
		if slices.Contains(devices[:i], d) {
			return p, fmt.Errorf("devices %v: device %d is named twice", devices, d)
		}
		p.devices = append(p.devices, compute.DeviceNum(d))
	}
	if len(devices) == 1 && devices[0] == 0 {
		return p, nil
	}
	mesh, err := distributed.NewDeviceMesh([]int{len(devices)}, []string{"data"})
	if err != nil {
		return p, err
	}
	if p.divided, err = distributed.NewShardingSpec(mesh, distributed.AxisSpec{"data"}); err != nil {
		return p, err
	}
	p.whole = distributed.NewReplicatedShardingSpec(mesh)
	return p, nil
}

// place puts the graphs of an exec where the net is, before the first is made.
// The first of its inputs, so many, are parts of a batch, images and labels; the others are
// whole, and so is all that it returns, the variables included. XLA divides the
// graph: it puts one sum over the devices under the gradients, and draws
// dropout's numbers for the whole batch on each of them.
//
// A graph can be put on one other device only as one that is divided between one.
func (p placement) place(e *model.Exec, parts, whole int) {
	if p.divided == nil {
		return
	}
	specs := append(slices.Repeat([]*distributed.ShardingSpec{p.divided}, parts), slices.Repeat([]*distributed.ShardingSpec{p.whole}, whole)...)
	e.AutoSharding(p.divided.Mesh).WithDeviceAssignment(p.devices).
		WithInputShardingSpecs(specs...).WithOutputShardingSpecs(p.whole)
}

// args are the arguments of an exec: what input makes for each device, on that device.
func (p placement) args(input func(part int) []*tensors.Tensor) ([]any, error) {
	var args []any
	for i, d := range p.devices {
		for _, t := range input(i) {
			if p.divided == nil {
				args = append(args, t)
				continue
			}
			// An exec on one device would take tensors to the first, wherever its
			// graph is; a buffer that is given away stays where it is.
			b, err := DonateTensorBuffer(t, p.backend, d)
			if err != nil {
				return nil, fmt.Errorf("batch to device %d: %w", d, err)
			}
			args = append(args, b)
		}
	}
	return args, nil
}
