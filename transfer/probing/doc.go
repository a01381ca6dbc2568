// Package probing looks into the trained nets of a store: what their layers have in common, what can be read from them,
// what a net loses where a part of it is replaced, and what of its transfer could have been known before.
//
//	results of a Lab --+
//	                   +--> Runner.Run --> hash of spec, nets and pictures --> store: hit
//	a Probe -----------+                    `--> miss: Probe.Values --> []Value, kept
//	                                               |
//	                     features of a layer, once for all probes
//
// A [Probe] is a struct: its fields are its spec. [Runner.Run] runs it over nets, one by one, as pairs of the first
// and each other one, or over all together, and yields values with a name and a unit. Values are kept in the folder
// "probes" of the store with what they depend on, under its hash: the probe's kind and fields, the nets' keys and the
// pictures. A second run reads them, and so does a report ([AllKept]). A probe whose meaning changes raises its
// number in kinds.
//
// All probes of a Runner share the features of a net: a layer is read once. What took more than two seconds is in the
// store's cache, too, where later runs find it.
//
// A probe is shown test or training pictures of the task of its first net, spread evenly over it, each net with its own
// view of them. Features of a convolution are [pictures, height, width, units]. Measures that need fewer units than
// pictures take them averaged over a grid of places ([Features.Pooled]).
//
// A control is a [Value] that says whether the probe can be trusted: see Value.Control. Controls that fail come first.
//
// Values that follow from labels, those of [Linear] and [Neighbours], stand beside their null: what they come to where
// labels are permuted (see [Permuted]). It is a control, which fails where a value is not above its interval of 95%.
// Nulls have a record of their own, so that values that were kept before there were nulls are found as they are.
//
// A probe is a file with its struct, an entry in kinds, and its test. The measures themselves are those of
// coadapt/transfer/probe.
package probing
