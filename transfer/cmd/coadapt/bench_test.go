//go:build unix

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/store"
	"coadapt/transfer/sweep"
)

// BenchmarkCommands starts the program as a shell does, 20 times for each command, in turn: what it takes to start, to
// read a store of 180 nets, and one of 20,000. It reports medians of seconds by the clock and of the processors, and
// the most memory of any start.
//
//	go test ./transfer/cmd/coadapt -run '^$' -bench Commands -benchtime 1x
func BenchmarkCommands(b *testing.B) {
	if dir := os.Getenv(envManyNets); dir != "" {
		manyNets(b, dir)
		return
	}
	exe := filepath.Join(b.TempDir(), "coadapt")
	if out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", exe, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	small, large := filepath.Join(b.TempDir(), "180"), filepath.Join(b.TempDir(), "20000")
	for _, dir := range []string{small, large} {
		// By another process, as the memory of a process counts from that of the one that starts it.
		c := exec.Command(os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkCommands$", "-test.benchtime=1x")
		c.Env = append(os.Environ(), envManyNets+"="+dir)
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	const data = "shapes:classes=4,train=12,test=8,size=24"
	commands := [][]string{
		{"--help"},
		{"show", "--store", small},
		{"show", "--store", large},
		{"stats", "--store", large, "--experiment", "data3"},
		{"store", "ls", "--store", large},
		{"store", "show", "--store", large, "0/A3B"},
		{"status", "--store", large},
		{"plan", "--store", large, "--data", data, "--images-per-second", "1000"},
		{"plan", "--store", large, "--data", data, "--images-per-second", "1000", "--grid", "balanced", "--seeds",
			"0-332"},
	}
	taken := make([][]*os.ProcessState, len(commands))
	clock := make([][]float64, len(commands))
	for round := range 1 + rounds {
		for i, args := range commands {
			c := exec.Command(exe, args...)
			began := time.Now()
			out, err := c.CombinedOutput()
			if err != nil && !(args[0] == "store" && args[1] == "show") { // several nets have this name, which it says
				b.Fatalf("%v: %v\n%.2000s", args, err, out)
			}
			if round > 0 { // the first fills caches
				clock[i], taken[i] = append(clock[i], time.Since(began).Seconds()), append(taken[i], c.ProcessState)
			}
		}
	}
	for i, args := range commands {
		name := fmt.Sprint(args)
		if slices.Contains(args, small) {
			name = "[" + args[0] + " of 180 nets]"
		} else if at := slices.Index(args, large); at >= 0 {
			name = fmt.Sprint(slices.Delete(slices.Clone(args), at-1, at+1))
		}
		b.Run(name, func(b *testing.B) {
			var cpu []float64
			most := int64(0)
			for _, p := range taken[i] {
				cpu = append(cpu, (p.UserTime() + p.SystemTime()).Seconds())
				most = max(most, p.SysUsage().(*syscall.Rusage).Maxrss)
			}
			slices.Sort(cpu)
			slices.Sort(clock[i])
			b.ReportMetric(clock[i][len(cpu)/2], "s")
			b.ReportMetric(cpu[len(cpu)/2], "cpu-s")
			b.ReportMetric(float64(most)/1e3, "MB") // Linux counts in kB
			b.ReportMetric(0, "ns/op")
		})
	}
}

const rounds = 20

const envManyNets = "COADAPT_BENCH_NETS"

// manyNets makes a store of as many finished nets as the name of its folder says, a thousand to an experiment, that
// were written an hour ago, and a run that has all of them.
func manyNets(b *testing.B, dir string) {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	nets, err := strconv.Atoi(filepath.Base(dir))
	must(err)
	s, err := store.Open(dir)
	must(err)
	names := transfer.Curve([]string{"0"}, []int{0}, transfer.Treatments(), []int{1, 2, 3, 4, 5, 6, 7})
	var plans []*transfer.Plan
	filler := make([]byte, 3500)
	for i := range nets {
		n := names[i%len(names)]
		n.Seed = i % 1000 / len(names)
		sum := sha256.Sum256(fmt.Appendf(nil, "net %d", i))
		key := hex.EncodeToString(sum[:])
		r := transfer.Result{Net: n, Status: transfer.OK, Accuracy: float64(40+i%50) / 100, Correct: 40 + i%50,
			Tested: 100,
			Loss:   1.5, TrainLoss: 1.2, Best10: 0.5, CleanLoss: 1, CleanAccuracy: 0.7, CleanTested: 24, Classes: 10,
			Steps: 3000, Images: 48000, Seconds: 12.5, Data: fmt.Sprintf("data%d", i/1000), Arch: "mini", Key: key,
			Experiment: fmt.Sprintf("%012x", i/1000)}
		result, err := json.MarshalIndent(r, "", " ")
		must(err)
		writeOld(b, s, key, store.Files{"result.json": result, "spec.json": filler, "metrics.json": filler[:3000],
			"log.txt": filler[:100]})
		plans = append(plans, &transfer.Plan{Net: n, Key: key, Recipe: transfer.Recipe{Steps: 3000, Batch: 16}})
	}
	must(sweep.NewRecord("many", "data", "e", plans).Save(s))
}

// writeOld writes an entry as if an hour ago, and syncs nothing.
func writeOld(b *testing.B, s *store.Store, key string, files store.Files) {
	b.Helper()
	dir := filepath.Join(s.Dir(), "entries", key[:2], key)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	digests := map[string]string{}
	for name, data := range files {
		sum := sha256.Sum256(data)
		digests[name] = hex.EncodeToString(sum[:])
	}
	var err error
	if files["digests.json"], err = json.Marshal(digests); err != nil {
		b.Fatal(err)
	}
	then := time.Now().Add(-time.Hour)
	for name, data := range files {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o644); err != nil {
			b.Fatal(err)
		}
		if err := os.Chtimes(file, then, then); err != nil {
			b.Fatal(err)
		}
	}
}
