// Package train trains nets: a [Trainer] holds one net of an arch on a backend, steps it by Caffe's solver ([SGD], at
// the rates of a [Schedule]), tests it and gives it back.
//
//	Trainer.Load(weights, cut) --> Trainer.Train(Steps) ... --> Trainer.Weights, Momentum
//	                                  |
//	                                  `--> Trainer.Eval, Prefix, MeanSquares
//
// A Trainer keeps its compiled graphs (program.go) for the next net of the same shape, and for a [Trainer.Sibling] on
// another device. [Trainer.Train] takes several steps in one execution, a loop in the graph (steps.go), where the
// backend can. Layers that give the same for a picture whenever it is shown need not be run in every step:
// [Trainer.Prefix] gives what leaves them.
//
// Steps take images as float32 values, or whole pictures as bytes with a place for each, of which the graph makes the
// very values that the host would (pixels.go): a byte to float32, less the mean, times a scale, by a deviation, padded,
// cut, mirrored and in another order of channels, as a [dataset.Preprocess] says. Both come to the same bits. What is
// done to pictures is in the graph, with the shape of the pictures; the mean, the scale and the deviations are inputs
// that go with each block. Tests, [Trainer.Prefix] and steps above the settled layers take values alone.
//
// Where a backend shows several devices, nets are trained beside each other, a Trainer on each, or one net on several,
// which divide its batches (devices.go). Package backend shows the cores of a machine so, up to four; tests ask XLA for
// more than there are, so that both ways are tested without a GPU. The division is GoMLX's AutoSharding. Its other way,
// SPMD with collectives in the graph, finds no mesh for the parameters of a model.Exec in GoMLX v0.28.2 with go-xla
// v0.4.1. [Together] steps several nets of a device in one graph, for those that are too small to fill it.
package train
