// Package dataset turns pictures into the batches a net is trained and tested on.
//
//	                 labels,            classes           decoded,
//	formats.Open --> pixels             A and B           mean, bad
//	yours        --> Source --> SplitFor --> NewTask -->  Task --> .Train(Order, View, from, to) --> *Batch, ...
//	                                                          |--> .Test(size, View)             --> *Batch, ...
//	                                                          '--> .TrainBytes, .Preprocess: the same, for a graph
//
// A Source is a labelled set of pictures of one size in a fixed order, with a digest over all that decides pixels and
// labels. A Split names two disjoint sets of its classes. A Task is one of them, with labels 0..N-1 and its own mean
// image, decoded once into memory where it fits. An Order makes batch k a pure function of (seed, k), and a View is
// what happens to a picture on its way into a batch: mean, padding, crop, mirror. All randomness is drawn by place,
// never by history, so training can stop and start again at any step, and goroutines can make batches ahead of the
// net without changing a bit.
//
// The package knows no kind of data. What a source can do besides, it says by the interfaces of optional.go; one
// that is made of others says where its pictures lie (derived.go). Where the kinds are:
//
//	formats    opens all of them: folders, archives, CIFAR, ILSVRC, two data sets as one; start there to add one
//	divide     divides a source anew into pictures for training and for testing
//	pack       keeps a source decoded, in files that are mapped into memory
//	shapes     draws pictures
//	picture    decodes, turns upright and resizes; planes resizes the planes of a JPEG
//	datatest   what the tests of several of them need
//
// All of them but picture import this package, and it imports none of them.
//
// What a View does to pictures the host does, to floats, or a graph: Task.TrainBytes gives the batches of Task.Train as
// whole pictures of bytes, with the place where each is to be cut, and Task.Preprocess says what is to be done to them.
//
// Start from source.go, then task.go, order.go and batch.go. A split file (ReadSplits) divides classes as a user
// likes. A List is a list of files as released in 2014; those that the derived class splits come to are proved by
// their MD5 sums.
//
// A picture that does not decode stops NewTask with its name, or, where asked for, is left out and listed in Task.Bad.
// All is integers or single roundings: the same bytes everywhere.
//
// Pictures are RGB and pixels are 0..255 before the mean is subtracted. (The 2014 nets saw BGR; a net trained from
// scratch cannot tell.)
package dataset
