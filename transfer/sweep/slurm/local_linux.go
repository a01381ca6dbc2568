package slurm

import (
	"path/filepath"

	"golang.org/x/sys/unix"
)

// local names the file system of a path if it is certainly not shared between
// machines; it is "" for all others.
func local(path string) string {
	var st unix.Statfs_t
	for unix.Statfs(path, &st) != nil { // the nearest folder above that exists
		up := filepath.Dir(path)
		if up == path {
			return ""
		}
		path = up
	}
	switch uint32(st.Type) { // its width differs between architectures
	case unix.EXT4_SUPER_MAGIC:
		return "ext"
	case unix.XFS_SUPER_MAGIC:
		return "XFS"
	case unix.BTRFS_SUPER_MAGIC:
		return "Btrfs"
	case unix.TMPFS_MAGIC:
		return "tmpfs"
	case unix.OVERLAYFS_SUPER_MAGIC:
		return "overlay"
	}
	return ""
}
