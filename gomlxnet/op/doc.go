// Package op has the operations of nets, a file each: as plain data, and all that is known of them.
//
// A [Spec] says what leaves it, its variables, its cost, its receptive field, and how it is built in a graph. Both the
// data and the graph are in one file, as whoever changes an operation changes both; package arch puts operations
// together and asks no more of them than Spec does. To add one, write such a file ([AveragePool] is a short one) and
// enter it in the table specs, by which JSON knows it: its fields, as JSON, are part of the keys of results.
//
// What only some can do they say by a further method: WithOutputs is that of those that may end a net.
//
// An operation is built for one net, or for several of one kind that are stacked in one graph; stack.go says how they
// lie. What makes plain nets fast is written out ([LRN]'s gradient, those of convolutions and pools, sums as products)
// and tested against loops in float64 (package optest) and against PyTorch.
//
// Functions on graph nodes panic, as is GoMLX's way; all others return errors.
package op
