// Package transfer is the experiment: which nets there are, what makes each of
// them, and how one is trained, verified and kept. It never sees a graph.
//
//	Net "0/A3B" --plan--> spec --hash--> key --store--> hit: Result
//	   |                                  `--> miss: parent's weights
//	   |                                           |
//	   `- Parent "0/baseA" -----------------> Donate(1..n) -> train -> verify
//	                                               |
//	                          stage, fsync, rename <- Result, weights
//
// [Net] names a net in the paper's notation, [Treatment] its condition,
// [Recipe] its training; [Curve] lists the nets of a transfer curve. A [Lab]
// turns nets into [Result]s. After training, the digest of a frozen prefix is
// compared with that before; where they differ there is no result. A net whose
// loss or weights stop being finite is [Diverged]: a status, not a number.
//
// A transferred net is fed images less the mean of the task its layers come
// from, as in 2014.
package transfer
