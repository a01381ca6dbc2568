// Package inspect computes what is asked of trained nets: what leaves a net's layers ([Reader]), what its upper layers
// make of features ([Above], [Stitch]), what excites a unit ([Exciter]), the statistics of normalisations where weights
// have changed ([Statistics]), and Gram matrices of features ([Grams]). Each is compiled once, at its first batch, and
// takes one net after another of the same arch. None has dropout.
package inspect
