package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coadapt/transfer"
	"coadapt/transfer/probing"
)

// probesFile is the name of the values of probes beside nets.jsonl.
const probesFile = "probes.jsonl"

// reportedProbes are the values of probes for a report: those that lie beside the file of the nets, or that the store
// keeps of them.
func (f *sourceFlags) reportedProbes(results []transfer.Result) ([]probing.Kept, error) {
	switch {
	case f.source != "store":
		return nil, nil
	case f.in == "":
		s, err := (&storeFlag{f.store}).open()
		if err != nil {
			return nil, err
		}
		return probing.AllKept(s, results), nil
	}
	file := filepath.Join(filepath.Dir(f.in), probesFile)
	r, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) || f.in == "-" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	kept, err := probing.ReadKept(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return kept, nil
}

// probes is the section of a report: controls that fail first, then a table for each probe.
func probes(w *strings.Builder, kept []probing.Kept) {
	if len(kept) == 0 {
		return
	}
	fmt.Fprint(w, "\n## Probes\n\n")
	fails := false
	for _, k := range kept {
		for _, v := range k.Values {
			if v.Control != probing.Fails {
				continue
			}
			fails = true
			fmt.Fprintf(w, "- **A control fails**, %s of %s%s: %s, %.3g. %s.\n", k.Probe, code(probedNets(v)), at(v),
				code(v.Name), v.Number(), sentence(code(v.Reason)))
		}
	}
	if fails {
		fmt.Fprint(w, "\nWhere a control fails, the probe cannot be trusted.\n\n")
	}
	for i, k := range kept {
		if i > 0 {
			fmt.Fprintln(w)
		}
		probeTable(w, k)
	}
}

// probeTable has a row for each thing that is said of nets, and a column for each layer. Of two nets it has the same
// layer of both; points of a path are left to its figure.
func probeTable(w *strings.Builder, k probing.Kept) {
	type row struct{ nets, what string }
	var rows []row
	layers := []string{}
	cells := map[row]map[string]string{}
	for _, v := range k.Values {
		if v.At != nil || v.Beside != "" && v.Beside != v.Layer {
			continue
		}
		what := v.Name
		if v.Unit != "1" {
			what += ", " + v.Unit
		}
		r := row{probedNets(v), what}
		if cells[r] == nil {
			cells[r] = map[string]string{}
			rows = append(rows, r)
		}
		if v.Layer != "" && !slices.Contains(layers, v.Layer) {
			layers = append(layers, v.Layer)
		}
		text := "-"
		if v.Value != nil {
			text = fmt.Sprintf("%.3g", *v.Value)
		}
		if v.Control == probing.Fails {
			text += " fails"
		}
		cells[r][v.Layer] = text
	}
	if slices.ContainsFunc(rows, func(r row) bool { return cells[r][""] != "" }) {
		layers = append([]string{""}, layers...)
	}
	fmt.Fprintf(w, "### %s\n\n`coadapt probe %s`, fields `%s`, %d pictures of a part at most.\n\n| nets | what |",
		k.Probe, k.Probe, code(string(k.Fields)), k.Pictures)
	for _, l := range layers {
		if l == "" {
			l = "net"
		}
		fmt.Fprintf(w, " %s |", code(l))
	}
	fmt.Fprintf(w, "\n|-|-|%s\n", strings.Repeat("-|", len(layers)))
	for _, r := range rows {
		fmt.Fprintf(w, "| %s | %s |", code(r.nets), code(r.what))
		for _, l := range layers {
			fmt.Fprintf(w, " %s |", cells[r][l])
		}
		fmt.Fprintln(w)
	}
}

// probedNets names the nets of a value.
func probedNets(v probing.Value) string {
	if v.Other == "" {
		return v.Net
	}
	return v.Net + ", " + v.Other
}

// at is the layer of a value in words, "" where it is of the whole net.
func at(v probing.Value) string {
	if v.Layer == "" {
		return ""
	}
	return " at " + code(v.Layer)
}

// sentence begins with a capital letter.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
