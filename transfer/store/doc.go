// Package store keeps results and weights on disk under the hash of what made
// them, so that a rerun is a hit.
//
//	DIR/entries/ab/abcd.../   spec.json result.json ... digests.json
//	DIR/work/abcd.../         lease.1 step-000000500/ log.txt failed.json: what is unfinished
//	DIR/stage/                folders being written
//	DIR/broken/               entries set aside because a digest did not match
//	DIR/cache/                what is quicker read than computed again; may go at any time
//
// An entry is a folder of files that is written once and never changed. It
// appears whole (stage, fsync, rename) or not at all, so a killed process
// leaves at most a folder under stage.
//
// Who computes an entry holds a [Lease] on its key, which is renewed by a
// heartbeat and taken over from a holder that died. Its folder keeps
// checkpoints, written as entries are, so that the next holder goes on where
// the last one was, and a note where the last try failed. [Store.State] tells
// from these whether a key is stored, running, failed, stopped or not begun.
//
// [Store.Export] writes entries as a tar stream and [Store.Import] brings them
// in, trusting nothing that the stream says. The package knows nothing about
// nets: an entry is named files with their digests.
package store
