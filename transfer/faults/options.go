package faults

import "time"

// Options say what is driven and how much is tried.
type Options struct {
	Program string // path of the coadapt program; it is copied, so that it may be built anew meanwhile
	Backend string // GoMLX backend of the nets; "" is go, whose workers have nothing to compile when they start again
	// folder for the sweeps' stores, made if it is not there; "" is a temporary one, which goes unless something is
	// lost
	Dir  string
	Seed uint64 // of everything random; 0 draws one
	// Large tries each fault more often, the kills over the mini grid: 180 nets instead of 12.
	Large bool
	// Kills is how many SIGKILLs are tried; 0 is 100 at large size, 10 at small.
	Kills int
	// Long has everything tried again, with other seeds, until this time has passed.
	Long time.Duration
	Only []string          // names of faults, or their beginnings; empty: all
	Say  func(line string) // progress; may be nil
}
