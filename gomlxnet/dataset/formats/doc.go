// Package formats opens data sets of all kinds as a [dataset.Source].
//
//	spec or path --> Open: each entry of formats() in turn
//	                   |   "shapes", a pack ............ told by the spec, or by the folder it names
//	                   '-- openTree: folder, zip, tar -- its files as a tree
//	                         |   train/<class>/ ........ folder.go, trees of pictures
//	                         |   CIFAR's binary files .. cifar.go
//	                         '-- a folder of classes ... folder.go again, divided by a share
//
// Start from open.go: the table formats has all kinds, and Open walks it. A new kind is a file with a type that is a
// [dataset.Source], a function that opens it, and its entry in the table: spec for what is recognised by its name, find
// for what is sure to be told by files in a tree, guess for what may be meant where nothing is sure. Its tests are
// cases of its own file's; TestTwoDataSets has one for each kind that is found in trees.
//
// A tree (tree.go) is a list of files, wherever they lie: listing.go lists folders, zip.go and tar.go archives,
// ilsvrctar.go the two archives of ILSVRC2012 as they are distributed. Nothing is unpacked to disk. What systems and
// programs keep beside pictures (@eaDir, Thumbs.db, __MACOSX, names that begin with a dot) is no class and no picture
// (names.go); Survey counts all that is passed over. Two data sets in one folder are refused. Archives may be git's, or
// have the names of Windows and Macs.
//
// Of a plain folder of 1000 files and more, what was read of its pictures (sums, sizes, how they lie) is remembered
// in the user's cache folder, under coadapt/pictures, so that it opens again without reading them (remember.go). The
// folder is listed anew each time, and a file counts as the one that was read where name, size, inode, times of
// modification and of change are the same, and the folder is on the same device.
//
// Pictures are turned upright as their EXIF data says, except where all classes are ILSVRC synsets, whose pictures were
// not turned in 2014 (turned.go).
//
// Bounds, so that no file can take the memory or never end:
//
//	a .tar.gz                pictures and lists alone in memory: 64 MiB and 32 times its size, 4 GiB at most
//	a .tar, a .zip           read where it lies
//	files and folders        4 Mi, 8 folders deep
//	pipes, devices, holes    not opened, not read: passed over, or a bad picture
package formats
