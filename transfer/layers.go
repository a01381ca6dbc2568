package transfer

import (
	"strings"

	"coadapt/gomlxnet/arch"
)

// cuts2014 are the cuts of CaffeNet and of the miniature.
const cuts2014 = "conv1,conv2,conv3,conv4,conv5,fc6,fc7"

// Layers are the names of an architecture's cuts with commas, as a [Result] keeps them: "" where they are conv1 to
// conv5, fc6 and fc7.
func Layers(a arch.Arch) string {
	var names []string
	for _, b := range a.Blocks[:max(a.Cuts(), 0)] {
		names = append(names, b.Name)
	}
	if s := strings.Join(names, ","); s != cuts2014 {
		return s
	}
	return ""
}
