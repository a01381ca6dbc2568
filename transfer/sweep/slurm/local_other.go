//go:build !linux

package slurm

// local is not known on this system.
func local(string) string { return "" }
