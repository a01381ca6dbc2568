// Package pack keeps a source decoded: its pixels in checksummed shards, which are mapped into memory.
//
//	dataset.Source -- Write --> folder -- Open --> *Folder, a dataset.Source that decodes nothing
//
// A packed folder holds
//
//	pack.json         what it is; written last, so that a folder without it is unfinished
//	plan.json         what it will be; written first, so that an unfinished one can go on
//	shard-00000.rgb   pictures one after another, height x width x 3 bytes each
//	shard-00000.json  their parts, labels, names and CRC-32C sums, and the SHA-256 sum of the shard
//	means/            mean images of tasks, kept as they are asked for
//
// A picture is checked against its sum when it is first read. A shard that is cut off while it is mapped is an error
// and does not end the process (guard.go).
//
// Start from write.go, then folder.go. The package knows [dataset.Source] and its optional interfaces alone: a pack
// is of any source, however it was opened.
package pack
