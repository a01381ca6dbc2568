// Package store keeps results and weights on disk under the hash of what made
// them, so that a rerun is a hit.
//
//	DIR/entries/ab/abcd.../   spec.json result.json ... digests.json
//	DIR/stage/                entries being written
//	DIR/broken/               entries set aside because a digest did not match
//
// An entry is a folder of files that is written once and never changed. It
// appears whole (stage, fsync, rename) or not at all, so a killed process
// leaves at most a folder under stage. The package knows nothing about nets:
// an entry is named files with their digests.
package store
