package train

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/distributed"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// devicesOf are the devices of a backend that are named: none is the first.
func devicesOf(backend compute.Backend, devices []int) ([]compute.DeviceNum, error) {
	if len(devices) == 0 {
		devices = []int{0}
	}
	var out []compute.DeviceNum
	for i, d := range devices {
		if d < 0 || d >= backend.NumDevices() {
			return nil, fmt.Errorf("device %d: backend %s shows %d, counted from 0", d, backend.Name(),
				backend.NumDevices())
		}
		if slices.Contains(devices[:i], d) {
			return nil, fmt.Errorf("devices %v: device %d is named twice", devices, d)
		}
		out = append(out, compute.DeviceNum(d))
	}
	return out, nil
}

// sharding is how a net lies on several devices: all its variables on each, and every batch divided
// between them. A net on one device has none: its graphs are compiled as any graph is, and run on whichever device it
// is on.
type sharding struct {
	devices []compute.DeviceNum
	divided *distributed.ShardingSpec // along the first axis, between the devices
	whole   *distributed.ShardingSpec // the same on every device
}

func newSharding(devices []compute.DeviceNum) (*sharding, error) {
	mesh, err := distributed.NewDeviceMesh([]int{len(devices)}, []string{"data"})
	if err != nil {
		return nil, err
	}
	divided, err := distributed.NewShardingSpec(mesh, distributed.AxisSpec{"data"})
	if err != nil {
		return nil, err
	}
	return &sharding{devices, divided, distributed.NewReplicatedShardingSpec(mesh)}, nil
}

// place puts a graph where the nets are, before it is made.
// Its first inputs, as many as sharded says, are parts of a batch, images and labels; the others are
// replicated, and so is all that it returns, the variables included. XLA divides the
// graph: it puts one sum over the devices under the gradients, and draws
// dropout's numbers for the whole batch on each of them.
func (s *sharding) place(e *Exec, sharded int) {
	// The last one is that of all further inputs.
	specs := append(slices.Repeat([]*distributed.ShardingSpec{s.divided}, sharded), s.whole)
	e.AutoSharding(s.divided.Mesh).WithDeviceAssignment(s.devices).
		WithInputShardingSpecs(specs...).WithOutputShardingSpecs(s.whole)
}
