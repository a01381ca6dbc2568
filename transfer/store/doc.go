// Package store keeps results and weights on disk under the hash of what made
// them, so that a rerun is a hit.
//
//	DIR/entries/ab/abcd.../   spec.json result.json ... digests.json
//	DIR/work/abcd.../         lease.1 step-000000500/ log.txt failed.json: what is unfinished
//	DIR/stage/                folders being written
//	DIR/broken/               entries set aside because a digest did not match
//	DIR/probes/ab/abcd...     what was found by looking into entries, one file each
//	DIR/cache/                data that are quicker to read than to compute; may be removed at any time
//
// An entry is a folder of files that is written once and never changed. It
// appears whole (stage, fsync, rename) or not at all, so a killed process
// leaves at most a folder under stage.
//
// The worker that computes an entry holds a [Lease] on its key. A heartbeat renews
// it, and other workers take it over from a holder that died. The lease's folder
// keeps checkpoints, written as entries are, so that the next holder goes on where
// the last one was, and a note if the last try failed. From these, [Store.State]
// tells whether a key is stored, running, failed, stopped or not begun.
//
// [Store.Export] writes entries as a tar stream and [Store.Import] brings them
// in, trusting nothing that the stream says. The package knows nothing about
// nets: an entry is named files with their digests.
package store
