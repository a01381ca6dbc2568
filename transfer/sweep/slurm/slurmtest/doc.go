// Package slurmtest runs a real Slurm for tests: munged, slurmctld and slurmd of
// one node on 127.0.0.1, with a configuration, key, socket, ports and folders
// that are nobody else's. What is installed (Debian: slurm-wlm and munge) need
// not be set up, and a Slurm that is set up on the machine is left alone.
package slurmtest
