// Package bench trains the nets of a transfer curve twice, turn by turn: here,
// through [transfer.Lab.Train], and in a peer, a script that does the same in
// PyTorch as a good user would write it (gomlxnet/bench/peers/curve_torch.py).
//
//	nets, parents first
//	  turn 1: some nets of a condition, ours beside each other; then the peer's, one after another
//	  turn 2: the peer, then ours        both processes stay alive, so that what else the
//	  ...                                machine does weighs on both
//
// What counts for us is all that training a net comes to: plan, lease, initial
// values, compiling, steps, the proof that frozen layers stayed as they were,
// the test, digests, and files synced to disk. The peer keeps its nets in memory. The
// pictures, drawn or decoded by ours, are given to it as bytes; each side's start is a row of its own.
//
// Both begin with the same initial values, and see the same pictures in the same order
// where they are not cut or mirrored at random. Before a ratio is given, the two are compared:
// images trained and tested, the loss of base nets over their first steps, and the accuracies.
package bench
