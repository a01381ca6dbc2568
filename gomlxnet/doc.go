// Package gomlxnet is where the rooms are found that build the nets whose layers are transferred: everything that makes
// a graph, and nothing about experiments. It has no code of its own.
//
//	dataset    images, classes, splits, batches
//	op         operations as plain data, and how each is built in a graph
//	arch       what a net is: blocks of operations, cuts between them, weights, cost, receptive fields, JSON
//	nets       architectures by name: CaffeNet, Mini, ResNets, VGG, SqueezeNet
//	train      a net on a backend: steps of Caffe's solver, tests, several nets or devices at once
//	inspect    what is asked of trained nets: features, logits, gradients
//	weights    weights from and to other programs
//	backend    which backend computes
//
// Each imports those above it alone, and weights and backend at most arch. Of the others train alone needs dataset, for
// pictures as bytes.
//
//	nets.Mini(classes, options) = arch.Arch (plain data)
//	  |
//	  |--Init(seed)--> arch.Weights --Donate(donor, n)--> arch.Weights
//	  |                                                        |
//	  `--Graph(images, arch.Run{Cut: ...})--> logits           |  Load
//	                                             |             v
//	                                           train.Trainer: Train, Eval, Weights
//
// Functions on graph nodes panic, as is GoMLX's way; all others return errors.
package gomlxnet
