package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/transfer/probing"
)

// TestReportOfProbes has the values that lie beside the nets in a report, and the same in one that is written again
// from its files.
func TestReportOfProbes(t *testing.T) {
	dir, first, again := t.TempDir(), t.TempDir(), t.TempDir()
	nets, err := os.ReadFile("../../../notebooks/results/plain-shapes/nets.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	one := `{"probe":"scale","fields":{"Grid":2},"pictures":16,"values":[{"probe":"scale","net":"0/baseB","other":"",` +
		`"layer":"fc7","beside":"","name":"effective rank","at":null,"value":12.5,"unit":"directions","control":"","reason":""}]}`
	for name, data := range map[string]string{"nets.jsonl": string(nets), probesFile: one + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, from := range []struct{ in, out string }{{dir, first}, {first, again}} {
		status, _, errs := coadapt(t, t.Context(), "report", "-in", filepath.Join(from.in, "nets.jsonl"), "-o",
			from.out, "-title", "t")
		if status != 0 {
			t.Fatal(errs)
		}
	}
	report, err := os.ReadFile(filepath.Join(first, "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"## Probes", "### scale", "| nets | what | fc7 |",
		"| 0/baseB | effective rank, directions | 12.5 |", "16 pictures of a part"} {
		if !strings.Contains(string(report), want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	for _, name := range []string{"report.md", probesFile} {
		a, err := os.ReadFile(filepath.Join(first, name))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(filepath.Join(again, name)); err != nil || string(a) != string(b) {
			t.Errorf("%s is not the same when it is written again: %v", name, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, probesFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, _, errs := coadapt(t, t.Context(), "report", "-in", filepath.Join(dir, "nets.jsonl"), "-o", first)
	if status != 1 || !strings.Contains(errs, "probes.jsonl: values of probes, line 1") {
		t.Errorf("status %d: %s", status, errs)
	}
}

// TestFailingControlsComeFirst names the control before any table.
func TestFailingControlsComeFirst(t *testing.T) {
	x := 0.5
	kept := []probing.Kept{
		{Probe: "scale", Fields: []byte(`{}`), Values: []probing.Value{
			{Net: "0/baseB", Layer: "conv1", Name: "root mean square", Unit: "1", Value: &x}}},
		{Probe: "stitch", Fields: []byte(`{}`), Values: []probing.Value{{Net: "0/baseB", Other: "0/B4B", Layer: "conv5",
			Name: "accuracy, random sender", Unit: "share", Value: &x, Control: probing.Fails,
			Reason: "a random net serves as well"}}},
	}
	var text strings.Builder
	probes(&text, kept)
	said := text.String()
	control := "- **A control fails**, stitch of 0/baseB, 0/B4B at conv5: accuracy, random sender, 0.5. A random net " +
		"serves as well."
	if !strings.Contains(said, control) || strings.Index(said, control) > strings.Index(said, "### scale") ||
		!strings.Contains(said, "| 0.5 fails |") {
		t.Errorf("%s; want %q before the tables", said, control)
	}
	text.Reset()
	if probes(&text, nil); text.Len() > 0 {
		t.Errorf("a section without probes: %s", text.String())
	}
}
