//go:build !linux

package slurm

// local is not known here.
func local(string) string { return "" }
