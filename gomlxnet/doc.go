// Package gomlxnet builds the nets whose layers are transferred: everything
// that makes a graph, and nothing about experiments.
//
//	Arch (plain data) --Init(seed)--> Weights --Donate(donor, n)--> Weights
//	  |                                                                |
//	  `--Graph(images, Cut{n, frozen})--> logits        Trainer.Load <-'
//	                                        |           Trainer.Train, Eval
//	                            SGD.UpdateGraph <----------'
//
// An [arch.Arch] is a chain of named blocks, and a [arch.Block] a small graph of operations. Cuts lie between blocks, so that
// prefixes, digests, donation and settled layers are the same for every arch. An operation is a [op.Spec]: a file with
// all that is known of it, its shapes, variables, graph, cost and receptive field, and an entry in specs. [nets.CaffeNet]
// is the net of the paper; [nets.Mini] has the same eight layers for small images. [nets.Build] makes these and what [nets.Register]
// was given, by name; [arch.Read] makes one from JSON.
//
// A variable is learned by the solver, or a statistic that its operation keeps in training, as [op.BatchNorm] does. Both
// are in [arch.Weights], in checkpoints and in digests: where a frozen block's statistics moved, [arch.Arch.PrefixDigest] would
// tell.
//
// [arch.Arch.Graph] runs and differentiates on every backend. What makes plain nets fast is written out in operations
// ([op.Conv]'s gradients, [op.LRN.Normalize]) or rewrites a block (wired.fast), and is tested against the plain way.
// Initial values, cuts and digests live on the host as [arch.Weights], so that they do not depend on a backend or on the
// order in which a graph was built. [train.Trainer] steps one net and keeps the compiled graphs for the next of the same
// shape, and for a [train.Trainer.Sibling] on another device. [arch.Arch.Cost] counts multiply-adds, parameters and bytes.
// [Reader] gives what leaves a net's layers, and [arch.Arch.Fields] what of the input a unit there depends on.
//
// Where a backend shows several devices, nets are trained beside each other, a [train.Trainer] on each, or one net on
// several, which divide its batches. Package backend shows the cores of a machine so, up to four; tests ask XLA for
// more than there are, so that both ways are tested without a GPU. The division is GoMLX's AutoSharding. Its other
// way, SPMD with collectives in the graph, finds no mesh for the parameters of a model.Exec in GoMLX v0.28.2 with
// go-xla v0.4.1. [train.Together] steps several nets of a device in one graph, for those that are too small to fill
// it.
//
// Functions on graph nodes panic, as is GoMLX's way; all others return errors.
package gomlxnet
