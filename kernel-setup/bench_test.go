package main

import (
	"slices"
	"strings"
	"testing"

	"coadapt/kernel-setup/cli"
)

// What is said to the verb reaches the bench, and nothing that was not said.
func TestBenchFlags(t *testing.T) {
	for line, want := range map[string]string{
		"":                                        "",
		"-case mini-train,mini-infer -json":       "--case=mini-train,mini-infer --json=true",
		"--rounds=7 -turn 2s -python /x/python":   "--rounds=7 --turn=2s",
		"-backend xla:cuda -bfloat16":             "--backend=xla:cuda --bfloat16=true",
		"-bytes -case mini-train":                 "--bytes=true --case=mini-train",
		"-case mini-train -case x -markdown=true": "--case=mini-train,x --markdown=true",
	} {
		c := benchVerb(t.Output())
		if err := c.ParseFlags(cli.LongFlags(c, strings.Fields(line))); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		want := append([]string{"--python=/peers"}, strings.Fields(want)...)
		if got := benchArgs(c.Flags(), "/peers"); !slices.Equal(got, want) {
			t.Errorf("%q gives %q; want %q", line, got, want)
		}
	}
}

// Removing what was made removes the peers' environment too.
func TestPeersAreCleaned(t *testing.T) {
	s, _ := testSite(t)
	write(t, s.peers().python(), "")
	s.manifest.Steps["peers"] = record{Made: []string{"peers"}}
	if err := s.clean(false); err != nil {
		t.Fatal(err)
	}
	exists(t, s.home.Peers(), false)
}

// What follows "bench curve" is for coadapt, as it stands.
func TestBenchCurveFlags(t *testing.T) {
	c := benchVerb(t.Output())
	line := strings.Fields("curve -n 4 -json --batch=64")
	found, rest, err := c.Find(cli.LongFlags(c, line))
	if err != nil || found.Name() != "curve" || !found.DisableFlagParsing ||
		!slices.Equal(rest, []string{"-n", "4", "--json", "--batch=64"}) {
		t.Errorf("%q is %q of %s, %v", line, rest, found.Name(), err)
	}
	for line, want := range map[string]bool{"-n 4": false, "-python /x": true, "--python=/x": true, "-n 4 -h": true,
		"-data python": false} {
		if slices.ContainsFunc(strings.Fields(line), needsNoPeers.MatchString) != want {
			t.Errorf("%q: want %v", line, want)
		}
	}
}
