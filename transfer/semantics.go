package transfer

import "coadapt/gomlxnet/arch"

// semantics is raised by hand when the code comes to compute another number
// from the same spec; it is part of every key.
const semantics = 4

// normSemantics is raised as semantics is, where the change is one of nets with batch norm alone.
const normSemantics = 1

// semanticsOf is the semantics of nets of an architecture.
func semanticsOf(a arch.Arch) int {
	if a.HasStatistics() {
		return semantics + normSemantics
	}
	return semantics
}
