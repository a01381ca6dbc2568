// Package divide divides the pictures of a source anew into those for training and those for testing.
//
//	Source + Parts -- Anew --> Source      by folds, or by a share with groups that stay together
//	files of a class -- Parts.Share --> files that are for testing
//
// Which picture goes where depends on its class, the base name of its file and a seed: a folder, an archive and a pack
// of the same files are divided alike, and pictures that are added to one class move none of another. The digest of the
// result covers where each picture is.
//
// It is a room of its own, and not a part of the formats, as it divides any source: it asks for the names of files
// ([dataset.Filer]) and leaves all else to the source below. Folders of classes use [Parts.Share], as they are no
// source before they are divided.
//
// Start from parts.go; folds.go puts groups of pictures into bins, groups.go reads who belongs together.
package divide
