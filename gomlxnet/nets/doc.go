// Package nets has the architectures that go by a name, a file each: [CaffeNet], the net of the paper, [Mini], which
// has the same eight layers for small images, ResNets, VGG-11 and SqueezeNet.
//
// Each is a function from a number of classes and options to an arch.Arch. To add one, write such a file and enter it
// in the table archs in registry.go: [Build], [Named] and [Open] then know it. A program of its own calls [Register].
package nets
