//go:build !unix

package home

import "io/fs"

// ownedAndSealed accepts everything where files have no owner and mode of Unix.
func ownedAndSealed(string, fs.FileInfo) error { return nil }
