// Package dataset turns pictures into the batches a net is trained and tested on.
//
//	"plain-shapes"
//	"shapes"          NewShapes --.
//	folder, .zip      folder      +--> Source --> SplitFor --> NewTask --> Task
//	.tar.gz, .bin     cifar     --'    labels,    classes      decoded,    |   .Train(Order, View, from, to) --> *Batch, ...
//	     (Open recognises them)        pixels     A and B      mean, bad   '-- .Test(size, View)             --> *Batch, ...
//
// A Source is a labelled set of pictures of one size in a fixed order, with a digest over all that decides pixels and
// labels. A Split names two disjoint sets of its classes. A Task is one of them, with labels 0..N-1 and its own mean image,
// decoded once into memory where it fits. An Order makes batch k a pure function of (seed, k), and a View is what happens
// to a picture on its way into a batch: mean, padding, crop, mirror. All randomness is drawn by place, never by history, so
// training can stop and start again at any step, and goroutines can make batches ahead of the net without changing a bit.
//
// Parts divides a source anew into pictures for training and for testing: by a share, by folds, with groups that stay together.
// A split file (ReadSplits) divides its classes as a user likes.
//
// ILSVRC2012 is read from its usual tree, from a flat validation folder, or straight from the distributed tar archives.
// Pack decodes a source once into checksummed shards, which Open then maps into memory (Packed). A List is a list of files as
// released in 2014; those that the derived class splits come to are proved by their MD5 sums.
//
// A picture is told by its first bytes, whatever its name: JPEG, PNG, and of GIF, WebP, BMP and TIFF the first frame. It is turned
// upright as its EXIF data says, except where all classes are ILSVRC synsets, whose pictures were not turned in 2014. What systems
// and programs keep beside pictures (@eaDir, Thumbs.db, __MACOSX, names that begin with a dot) is no class and no picture; Survey counts
// all that is passed over. Two data sets in one folder are refused. Archives may be git's, or have the names of Windows and Macs.
//
// Bounds, so that no file can take the memory or never end:
//
//	an encoded picture       64 MiB
//	a picture                64 Mi pixels
//	pictures being decoded   512 MiB together, whatever the number of workers; a larger one is decoded alone
//	a .tar.gz                64 MiB and 32 times its size are unpacked into memory, of pictures and lists alone, and at most 4 GiB
//	a .tar, a .zip           read where it lies
//	files and folders        4 Mi, 8 folders deep
//	pipes, devices, holes    not opened, not read: passed over, or a bad picture
//
// A picture that does not decode stops NewTask with its name, or, where asked for, is left out and listed in Task.Bad.
// All is integers or single roundings, resized pictures and shapes as well: the same bytes everywhere. Where a machine's
// libjpeg-turbo is asked to decode JPEGs (DecoderTurbo), its samples differ from Go's by a grey level or two; the digest tells.
//
// Pictures are RGB and pixels are 0..255 before the mean is subtracted. (The 2014 nets saw BGR; a net trained from scratch
// cannot tell.)
package dataset
