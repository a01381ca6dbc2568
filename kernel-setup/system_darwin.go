package main

import "golang.org/x/sys/unix"

// blockSize is the unit in which free blocks are counted.
func blockSize(disk *unix.Statfs_t) float64 { return float64(disk.Bsize) }
