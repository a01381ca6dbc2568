//go:build !linux && !darwin

package formats

import "io/fs"

// stampOf is the zero stamp, as the system has no time of change.
func stampOf(fs.FileInfo) stamp { return stamp{} }

func deviceOf(fs.FileInfo) (device uint64, ok bool) { return 0, false }
