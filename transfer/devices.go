package transfer

import (
	"fmt"
	"runtime"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/backend"
)

// backendClass is what a key says of the machine. A net on several devices is
// of a class of its own, as its sums are rounded in another order; one device
// is called as it was before there could be more. So is a net in one graph with others.
func (c Config) backendClass() string {
	class := c.Class
	if c.Backend != nil {
		class = backend.Class(c.Backend)
	}
	if c.Devices > 1 {
		class = fmt.Sprintf("%s*%d", class, c.Devices)
	}
	if c.Together > 1 {
		class = fmt.Sprintf("%s, %d together", class, c.Together)
	}
	return class
}

// share settles how many nets are trained beside each other, and the devices
// of each worker: Devices in a row, from the first on again where workers are more.
func (c *Config) share() ([][]int, error) {
	c.Devices, c.Together = max(c.Devices, 1), max(c.Together, 1)
	if c.Devices > 1 && c.Together > 1 {
		return nil, fmt.Errorf("lab: %d nets in one graph on %d devices: want one device", c.Together, c.Devices)
	}
	if c.Backend == nil {
		return [][]int{nil}, nil // one worker, that trains nothing
	}
	shown := c.Backend.NumDevices()
	groups := shown / c.Devices
	if groups == 0 {
		return nil, fmt.Errorf("lab: each net on %d devices, but backend %s shows %d", c.Devices, c.Backend.Name(),
			shown)
	}
	recipes := []Recipe{c.Recipe}
	if c.Reduced != nil {
		recipes = append(recipes, *c.Reduced)
	}
	for _, r := range recipes {
		if r.Batch%c.Devices != 0 {
			return nil, fmt.Errorf("lab: batch of %d images on %d devices: want a multiple of %d", r.Batch, c.Devices,
				c.Devices)
		}
	}
	if c.Workers == 0 {
		c.Workers = c.abreast(runtime.NumCPU())
		if !backend.OnCores(c.Backend) {
			c.Workers = max(c.Workers, groups)
			if c.Together > 1 { // one graph of many nets, not many of them
				c.Workers = groups
			}
		}
		if c.Devices > 1 {
			c.Workers = min(c.Workers, groups)
		}
	}
	// Two nets that wait for each other's part on the same devices may wait forever.
	if c.Devices > 1 && c.Workers > groups {
		return nil, fmt.Errorf("lab: %d workers with %d devices each, but backend %s shows %d: want at most %d workers",
			c.Workers, c.Devices, c.Backend.Name(), shown, groups)
	}
	all := make([][]int, c.Workers)
	for w := range all {
		for i := range c.Devices {
			all[w] = append(all[w], w%groups*c.Devices+i)
		}
	}
	return all, nil
}

// smallStep is how many multiply-adds a training step has at most that two cores do faster for two nets, each
// on its own, than for one: steps of 2e8 were measured at 1.5 times, of 2e9 at 1.1 (gomlxnet/PERFORMANCE.md).
const smallStep = 5e9

// abreast is how many nets are trained beside each other on a number of cores: one a core where their steps are
// small, else one for two cores, and at most 4.
func (c *Config) abreast(cores int) int {
	_, cost, err := c.Arch.Cost(arch.Cut{})
	if err != nil || float64(cost.Train)*float64(c.Recipe.Batch) > smallStep {
		cores /= 2
	}
	return min(max(cores, 1), 4)
}
