package slurm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Site is what a cluster allows.
type Site struct {
	MaxArray  int           // the most tasks of an array
	MaxTime   time.Duration // time limit of the partition; 0: none
	MaxSubmit int           // the most tasks that a user may have at once, by the accounts; 0: no limit, or unknown
	Nodes     int           // of the partition
}

// Check returns what the cluster allows in a partition ("" is the default one). Its
// error says in one sentence what is missing to run a program there. Warnings are
// about what cannot be known from here: whether the nodes see program and folders.
func Check(ctx context.Context, partition, program string, folders ...string) (site Site, warnings []string,
	err error) {
	for _, name := range []string{"sbatch", "squeue", "scontrol", "scancel"} {
		if _, err := exec.LookPath(name); err != nil {
			return site, nil, fmt.Errorf("slurm: there is no %s in PATH; log in to a node of the cluster that has "+
				"Slurm's commands, or load their module", name)
		}
	}
	if info, err := os.Stat(program); err != nil || !filepath.IsAbs(program) || info.IsDir() || info.Mode()&0o111 == 0 {
		return site, nil, fmt.Errorf("slurm: program %s: want the absolute path of an executable file that the nodes "+
			"see, such as .coadapt/bin/coadapt in a shared folder", program)
	}
	if site, err = inspect(ctx, partition); err != nil {
		return site, nil, err
	}
	if site.Nodes > 1 {
		for _, path := range append([]string{program}, folders...) {
			if kind := local(path); kind != "" {
				warnings = append(warnings, fmt.Sprintf("%s is on a file system of this machine (%s); the %d nodes of "+
					"the partition must see it under the same path",
					path, kind, site.Nodes))
			}
		}
	}
	return site, warnings, nil
}

// inspect asks the scheduler what it allows.
func inspect(ctx context.Context, partition string) (Site, error) {
	config, err := ask(ctx, "", nil, "scontrol", "show", "config")
	if err != nil {
		return Site{}, err
	}
	var s Site
	for line := range strings.Lines(config) {
		name, value, _ := strings.Cut(line, "=")
		if strings.TrimSpace(name) == "MaxArraySize" {
			s.MaxArray, _ = strconv.Atoi(strings.TrimSpace(value))
		}
	}
	if s.MaxArray < 1 {
		return s, errors.New("slurm: this cluster allows no job arrays (MaxArraySize)")
	}
	args := []string{"--oneliner", "show", "partition"}
	if partition != "" {
		args = append(args, partition)
	}
	text, err := ask(ctx, "", nil, "scontrol", args...)
	if err != nil {
		return s, err
	}
	found := false
	for line := range strings.Lines(text) {
		fields := map[string]string{}
		for _, f := range strings.Fields(line) {
			k, v, _ := strings.Cut(f, "=")
			fields[k] = v
		}
		if partition == "" && fields["Default"] != "YES" {
			continue
		}
		found = true
		s.MaxTime, _ = parseTime(fields["MaxTime"])
		s.Nodes, _ = strconv.Atoi(fields["TotalNodes"])
	}
	if !found {
		return s, errors.New("slurm: this cluster has no default partition; name one with -partition")
	}
	s.MaxSubmit = maxSubmit(ctx)
	return s, nil
}

// maxSubmit is the smallest limit that the accounts set for a user's jobs; 0 if
// there is none, or it is unknown.
func maxSubmit(ctx context.Context) (least int) {
	me, err := user.Current()
	if err != nil {
		return 0
	}
	text, err := ask(ctx, "", nil, "sacctmgr", "--noheader", "--parsable2", "show", "assoc", "where",
		"user="+me.Username, "format=MaxSubmitJobs")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(text) {
		if n, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}

// parseTime reads a time as Slurm prints it: D-HH:MM:SS, HH:MM:SS or MM:SS.
func parseTime(text string) (time.Duration, bool) {
	days, clock, ok := strings.Cut(text, "-")
	if !ok {
		days, clock = "0", text
	}
	d, err := strconv.Atoi(days)
	parts := strings.Split(clock, ":")
	if err != nil || len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	seconds := 0
	for _, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return 0, false
		}
		seconds = seconds*60 + n
	}
	return time.Duration(d)*24*time.Hour + time.Duration(seconds)*time.Second, true
}

// Fit changes options so that the cluster accepts them: it shortens arrays and time
// limits to what is allowed, and groups nets where there would be more tasks than a
// user may have. It returns notes for the user.
func (s Site) Fit(levels []Level, o Options) (Options, []string) {
	var notes []string
	if s.MaxArray > 0 && (o.MaxArray == 0 || o.MaxArray > s.MaxArray) {
		o.MaxArray = s.MaxArray
	}
	if s.MaxTime > 0 && (o.MaxTime == 0 || o.MaxTime > s.MaxTime) {
		o.MaxTime = s.MaxTime
	}
	total := 0
	for _, l := range levels {
		total += len(l.Tasks)
	}
	if group := max(o.Group, 1); s.MaxSubmit > 0 && (total+group-1)/group > s.MaxSubmit {
		// Each level may have one task with fewer nets.
		o.Group = (total + max(1, s.MaxSubmit-len(levels)) - 1) / max(1, s.MaxSubmit-len(levels))
		notes = append(notes, fmt.Sprintf("%d nets in tasks of %d, as you may have %d jobs at once (MaxSubmitJobs)",
			total, o.Group, s.MaxSubmit))
	}
	return o, notes
}
