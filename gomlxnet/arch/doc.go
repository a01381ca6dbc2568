// Package arch says what a net is: an [Arch], plain data whose JSON is part of a result's key.
//
//	Arch --Init(seed)--> Weights --Donate(donor, n)--> Weights
//	  |
//	  `--Graph(images, Run{Cut: {n, frozen}})--> what leaves each block, logits last
//
// An Arch is a chain of named blocks, and a [Block] a small graph of operations, which package op has. Cuts lie between
// blocks, so that prefixes, digests, donation and settled layers are the same for every arch. What follows from an Arch
// is found by walking its operations once they are wired (wire.go): shapes, variables, cost ([Arch.Cost]), receptive
// fields ([Arch.Fields]). [Read] makes one from JSON, and package nets has those that go by names.
//
// A variable is learned by the solver, or a statistic that its operation keeps in training, as batch norm does. Both
// are in [Weights], in checkpoints and in digests: where a frozen block's statistics moved, [Arch.PrefixDigest] would
// tell. Initial values, cuts and digests live on the host as Weights, so that they do not depend on a backend or on the
// order in which a graph was built.
//
// [Arch.Graph] is the one way through a net: for training and testing, of one net or of several that are stacked, whole
// or in part. It rewrites blocks where another order of operations is faster (fast), and is tested against the
// plain way. It panics, as GoMLX's graph functions do; all other functions return errors.
package arch
