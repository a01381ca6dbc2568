// Package faults does to the coadapt program what machines do to it, and
// counts what is lost. It starts the real program on a small sweep, kills and
// stops it, damages its files, takes its disk, its permissions, its data and its
// clock away, and runs several at once:
//
//	sweep --> undisturbed run --> what must come out
//	  `-----> run, faults, run, faults, ... --> run to the end --> the same?
//
// After each round of faults the sweep is run to its end by one more start of
// the program. The round survived if that start succeeds and prints what the undisturbed
// one printed, if `coadapt store verify` finds nothing, if all specs, metrics,
// results and weights are those of the undisturbed run, bit for bit (but for
// the seconds that training took and the log), and if nothing but entries is left
// behind. Else every fault of the round counts as lost, and the round's
// folder is kept.
//
// [Run] is the harness, at two sizes: the package's test runs the small one, `go run
// ./kernel-setup soak` the large one. A [Table] says how often each fault was
// tried. Everything random comes from one seed, but what the machine's
// own timing adds to it.
//
// The package starts programs and reads a store; it imports nothing that
// builds nets. Faults need signals and so a Unix; some need more (another user, a mount, limits
// of a running process) and say so in the table where it cannot be had.
//
// What is not tried is a loss of power: a write that the disk
// confirmed and forgot. The tears of files stand for it. Nor is the
// machine's clock set, which would set everybody's: the files' times, all that a
// clock leaves in a store but for lines of logs, jump instead.
package faults
