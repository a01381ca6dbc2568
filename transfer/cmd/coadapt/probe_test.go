package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/transfer/probing"
)

// TestProbe prints what a probe says as a table, CSV and JSON, writes it to files of each kind, and reads it from the
// store the second time.
func TestProbe(t *testing.T) {
	args := append([]string{"probe", "scale"}, tiny(t)[1:]...)
	args = append(args, "-nets", "0/baseB,0/B3B", "-pictures", "16")
	dir := t.TempDir()
	for _, name := range []string{"a.csv", "a.json", "a.svg"} {
		status, out, errs := coadapt(t, t.Context(), append(args, "-csv", "-o", filepath.Join(dir, name))...)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if status != 0 || len(lines) != 1+2*8*3 ||
			lines[0] != "probe,net,other,layer,beside,name,at,value,unit,control,reason" ||
			!strings.HasPrefix(lines[1], "scale,0/baseB,,conv1,,root mean square,,") {
			t.Fatalf("status %d, %d lines: %s%s", status, len(lines), errs, out)
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || len(data) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		switch name {
		case "a.csv":
			if string(data) != out {
				t.Error("the file has another CSV than was printed")
			}
		case "a.json":
			var values []probing.Value
			if err := json.Unmarshal(data, &values); err != nil || len(values) != 48 {
				t.Errorf("%d values, %v", len(values), err)
			}
		}
	}
	status, out, errs := coadapt(t, t.Context(), args...)
	if status != 0 || strings.Count(out, "effective rank") != 16 {
		t.Errorf("status %d: %s%s", status, errs, out)
	}
	read := append([]string{"probe", "linear"}, tiny(t)[1:]...)
	if status, out, errs = coadapt(t, t.Context(), append(read, "-nets", "0/baseB")...); status != 0 ||
		strings.Count(out, "labels permuted, to (95%)") == 0 {
		t.Errorf("status %d: %s%s", status, errs, out)
	}
	drawn := filepath.Join(dir, "units.svg")
	units := append([]string{"probe", "maximise"}, tiny(t)[1:]...)
	units = append(units, "-nets", "0/baseB", "-pictures", "16", "-layer", "conv2", "-units", "0,2", "-o", drawn)
	if status, out, errs = coadapt(t, t.Context(), units...); status != 0 ||
		strings.Count(out, "picture made for it") != 2 {
		t.Errorf("status %d: %s%s", status, errs, out)
	}
	if data, err := os.ReadFile(drawn); err != nil || !strings.Contains(string(data), "Unit 2: ") {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	for given, want := range map[string]string{
		"probe ckb -nets 0/baseB":                       `probe "ckb": want one of cka`,
		"probe scale":                                   "-nets: no net",
		"probe cka -nets 0/baseB":                       "want two at least",
		"probe scale -nets 0/baseB -matched":            "only the probe path",
		"probe scale -nets 0/baseB -o a.txt":            "or in .csv or .json",
		"probe scale -nets 0/baseB -layer fc7":          "only the probe maximise",
		"probe path -nets 0/baseB -units 1":             "only the probe maximise",
		"probe map -nets 0/baseB,0/baseA":               "want three at least",
		"probe maximise -nets 0/baseB,0/baseA -o a.png": "shows the units of one net",
		"probe scale -nets 0/baseB -pictures 3":         "-pictures 3: probes on 3 pictures",
	} {
		words := strings.Fields(given)
		status, _, errs := coadapt(t, t.Context(), append(append(words[:2:2], tiny(t)[1:]...), words[2:]...)...)
		if status != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %s; want %q", given, status, errs, want)
		}
	}
}
