package main

import "golang.org/x/sys/unix"

// blockSize is the unit in which free blocks are counted. Bsize is only how much is best read at a time: file systems
// of programs, such as sshfs, give much more.
func blockSize(disk *unix.Statfs_t) float64 {
	if disk.Frsize > 0 {
		return float64(disk.Frsize)
	}
	return float64(disk.Bsize)
}
