// Command bench times coadapt's nets beside those of PyTorch and JAX: the
// same nets, initial values, batches and solver, in one run, turn by turn.
//
//	go run ./kernel-setup bench [-case NAME] [-json | -markdown]
//
// which makes a Python environment with both peers and starts this command in
// it. Every runner is a process of its own that stays alive (ours is this one):
//
//	problem: arch, cut, solver, weights, batches
//	   |-> ours (train.Trainer)               the losses of the first steps are
//	   |-> peers/in_torch.py                  compared; a case in which they do
//	   |-> peers/in_torch.py compile          not agree is not timed
//	   `-> peers/in_jax.py
//	round 1: each takes the same steps, one after the other
//	round 2: the same, another one first ...
//
// A ratio is the median over the rounds of our rate over the peer's in the same
// round, so that what else the machine does weighs on both; above 1 we are
// faster. Rates alone say little on a machine that is shared. ratio_pytorch is
// that to the best of the PyTorch rows.
//
// With -bytes, ours is given pictures as bytes, larger by an eighth than what the net sees, and cuts and normalises
// them in its graph; the peers hold what comes of them.
//
// CaffeNet and VGG are run without dropout, whose masks each library draws its own way.
//
// A net that is a chain of layers has code of its own in the peers; others are
// built operation by operation (peers/blocks.py), so that a case of another
// preset is an entry in presets where its operations are known there.
package main
