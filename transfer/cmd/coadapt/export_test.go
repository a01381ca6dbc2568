package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/transfer"

	"github.com/parquet-go/parquet-go"
)

// smallStore is a store of three nets of three steps, one of which diverged; it is the COADAPT_STORE of the test.
func smallStore(t *testing.T) (dir string) {
	t.Helper()
	return threeNets(t, "-steps", "3", "-widths", "4,4,4,4,4,8,8")
}

// learnedStore is smallStore with steps enough for the two that did not diverge to learn, so that they have accuracies.
func learnedStore(t *testing.T) {
	t.Helper()
	threeNets(t, "-steps", "80", "-widths", "4,8,8,8,8,16,16", "-rate", "0.03")
}

func threeNets(t *testing.T, recipe ...string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "store")
	t.Setenv("COADAPT_STORE", dir)
	curve := append(
		[]string{"curve", "-data", "shapes:classes=4,train=12,test=8,size=24", "-batch", "8", "-backend", "go"},
		recipe...)
	must(t, append(curve, "-nets", "0/baseB,0/B3B")...)
	must(t, append(curve, "-nets", "0/R2B", "-rate", "1e30")...)
	return dir
}

// must runs the command line, which may not fail, and returns what it prints.
func must(t *testing.T, args ...string) string {
	t.Helper()
	status, out, errs := coadapt(t, t.Context(), args...)
	if status != 0 {
		t.Fatalf("%v: status %d, %s", args, status, errs)
	}
	return out
}

// listed are the results of a store by name, as ls -json prints them.
func listed(t *testing.T, out string) map[string]transfer.Result {
	t.Helper()
	results := map[string]transfer.Result{}
	for line := range strings.Lines(out) {
		var r transfer.Result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		results[r.Net.String()] = r
	}
	return results
}

// breakEntry flips a byte of a file of an entry.
func breakEntry(t *testing.T, dir, key, name string) {
	t.Helper()
	file := filepath.Join(dir, "entries", key[:2], key, name)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestExportTables: both kinds of table hold what ls says, with nulls where a diverged net has no number.
func TestExportTables(t *testing.T) {
	smallStore(t)
	want := listed(t, must(t, "store", "ls", "-json"))
	if len(want) != 3 || want["0/R2B"].Status != transfer.Diverged {
		t.Fatalf("%+v, want three and R2B diverged", want)
	}
	dir := t.TempDir() + "/tables/"
	out := must(t, "store", "export", "-o", dir)
	for _, said := range []string{"results.csv: 3 nets", "results.parquet: 3 nets", "metrics.parquet: "} {
		if !strings.Contains(out, said) {
			t.Errorf("it says %q, want %q", out, said)
		}
	}
	rows, err := parquet.ReadFile[transfer.Record](dir + "results.parquet")
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		line, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		if wanted, err := json.Marshal(want[row.Name]); err != nil || string(line) != string(wanted) {
			t.Errorf("Parquet: %s\nwant     %s", line, wanted)
		}
	}
	metrics, err := parquet.ReadFile[metricRow](dir + "metrics.parquet")
	if err != nil || len(metrics) < 6 || metrics[0].Loss <= 0 || metrics[0].Accuracy != nil ||
		len(metrics[0].Key) != 64 { // three steps of two nets
		t.Errorf("metrics %+v, %v", metrics, err)
	}
	for _, kind := range []string{"results", "metrics"} {
		file := filepath.Join(t.TempDir(), "one.csv")
		must(t, "store", "export", "-what", kind, "-o", file)
		alone, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		both, err := os.ReadFile(dir + kind + ".csv")
		if err != nil || string(alone) != string(both) {
			t.Errorf("%s alone:\n%s\nin a folder: %v\n%s", kind, alone, err, both)
		}
		cells, err := csv.NewReader(bytes.NewReader(alone)).ReadAll()
		if err != nil || len(cells) < 4 {
			t.Fatalf("%s: %v, %v", kind, cells, err)
		}
		if kind == "metrics" {
			continue
		}
		accuracy := slices.Index(cells[0], "accuracy")
		for _, row := range cells[1:] {
			r := want[row[slices.Index(cells[0], "name")]]
			if ok := r.Status == transfer.OK; ok != (row[accuracy] != "") ||
				ok && row[accuracy] != fmt.Sprint(r.Accuracy) {
				t.Errorf("CSV: %v of %s is %q, want %v", cells[0][accuracy], r.Net, row[accuracy], r.Accuracy)
			}
		}
	}
}

// tablePython names the environment variable of a Python that has pandas, pyarrow and duckdb.
const tablePython = "COADAPT_TEST_PYTHON"

// TestWorkerIsLean: what a notebook builds to train in the background does not wait for Parquet to be compiled, and
// says so when it is asked for it.
func TestWorkerIsLean(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-tags=worker", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if strings.Contains(string(out), "parquet-go") || !strings.Contains(string(out), "coadapt/transfer/sweep\n") {
		t.Errorf("it is built of\n%s\nwant a run without Parquet", out)
	}
}

// TestPandasAndDuckDB read both kinds of table, with their types and nulls.
func TestPandasAndDuckDB(t *testing.T) {
	python := os.Getenv(tablePython)
	if python == "" {
		python = "python3"
	}
	if out, err := exec.CommandContext(t.Context(), python, "-c",
		"import duckdb, pandas, pyarrow").CombinedOutput(); err != nil {
		t.Skipf("%s has no pandas, pyarrow and duckdb (%s names another Python): %v %s", python, tablePython, err, out)
	}
	learnedStore(t)
	dir := t.TempDir()
	must(t, "store", "export", "-o", dir)
	const script = `
import json, sys, duckdb, pandas
folder, listed = sys.argv[1], [json.loads(line) for line in sys.stdin]
want = {r["key"]: r for r in listed}
assert len(want) == 3 and sum(r["accuracy"] is None for r in listed) == 1
parquet, text = pandas.read_parquet(folder + "/results.parquet"), pandas.read_csv(folder + "/results.csv", dtype={"split": str})
for name, table in ("Parquet", parquet), ("CSV", text):
    assert [c for c in table.columns if c != "layers" or c in listed[0]] == list(listed[0]), (name, table.columns)
    assert len(table) == 3, name
    for column, kind in {"accuracy": "f", "loss": "f", "seconds": "f", "n": "i", "seed": "i", "correct": "i", "steps": "i", "hit": "b"}.items():
        assert table[column].dtype.kind == kind, (name, column, table[column].dtype)
    for row in table.to_dict("records"):
        for column, value in want[row["key"]].items():
            absent = value is None or column in ("reason", "layers") and value == ""
            assert pandas.isna(row[column]) if absent else row[column] == value, (name, column, row[column], value)
for file in "results.parquet", "results.csv":
    ask = lambda what: duckdb.sql(f"select {what} from '{folder}/{file}'").fetchall()
    assert ask("count(*), count(accuracy), sum(steps)") == [(3, 2, sum(r["steps"] for r in listed))], ask("*")
    assert ask("typeof(accuracy), typeof(n), typeof(hit), typeof(name)")[0] == ("DOUBLE", "BIGINT", "BOOLEAN", "VARCHAR"), file
for file in "metrics.parquet", "metrics.csv":
    joined = duckdb.sql(f"select r.name, max(m.step), count(m.accuracy) from '{folder}/results.parquet' r join '{folder}/{file}' m using (key) where r.status = 'ok' group by r.name order by r.name").fetchall()
    assert joined == [("0/B3B", 80, 0), ("0/baseB", 80, 0)], joined
    assert pandas.isna((pandas.read_parquet if file.endswith("t") else pandas.read_csv)(f"{folder}/{file}")["accuracy"]).all()
print("read", pandas.__version__, duckdb.__version__)
`
	c := exec.CommandContext(t.Context(), python, "-c", script, dir)
	c.Stdin = strings.NewReader(must(t, "store", "ls", "-json"))
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// TestExportImportArchives: entries go to another store and are hits there; without weights they count as dropped.
func TestExportImportArchives(t *testing.T) {
	from := smallStore(t)
	want := must(t, "store", "ls", "-json")
	for _, ending := range []string{".tar", ".tar.gz", ".tar.zst"} {
		archive, to := filepath.Join(t.TempDir(), "all"+ending), t.TempDir()
		must(t, "store", "export", "-o", archive)
		if out := must(t, "store", "import", archive, "-store", to); !strings.Contains(out,
			"3 entries new, 0 there before, 0 faults") {
			t.Errorf("%s: %s", ending, out)
		}
		if got := must(t, "store", "ls", "-json", "-store", to); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", ending, got, want)
		}
		if out := must(t, "store", "verify", "-store", to); !strings.Contains(out, "3 entries whole") {
			t.Errorf("%s: %s", ending, out)
		}
		if out := must(t, "store", "import", archive, "-store", to); !strings.Contains(out,
			"0 entries new, 3 there before") {
			t.Errorf("%s again: %s", ending, out)
		}
	}
	archive, to := filepath.Join(t.TempDir(), "some.tar.zst"), t.TempDir()
	must(t, "store", "export", "-nets", "B3B,0/R2B", "-experiment", "shapes", "-no-weights", "-o", archive)
	must(t, "store", "import", archive, "-store", to)
	if got := listed(t, must(t, "store", "ls", "-json", "-store", to)); len(got) != 2 ||
		got["0/B3B"].Key != listed(t, want)["0/B3B"].Key {
		t.Errorf("%+v, want B3B and R2B", got)
	}
	if out := must(t, "store", "gc", "-weights", "-store", to); !strings.Contains(out, "weights of 0 nets") {
		t.Errorf("without weights: %s", out)
	}

	// One entry is broken: the others are exported, and it is named.
	key := listed(t, want)["0/baseB"].Key
	breakEntry(t, from, key, "weights.safetensors")
	status, out, errs := coadapt(t, t.Context(), "store", "export", "-o", archive)
	if status != 1 || !strings.Contains(out, ": 2 nets") || !strings.Contains(errs, key) ||
		!strings.Contains(errs, "1 entries could not be read") {
		t.Errorf("with a broken entry: status %d, %q, %q", status, out, errs)
	}
	// The archive is damaged: what is whole is taken, and nothing of the rest.
	data, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)*3/4] ^= 1
	if err := os.WriteFile(archive, data, 0o644); err != nil {
		t.Fatal(err)
	}
	to = t.TempDir()
	status, out, errs = coadapt(t, t.Context(), "store", "import", archive, filepath.Join(t.TempDir(), "none.tar"),
		"-store", to)
	if status != 1 || !strings.Contains(errs, "some.tar.zst: archive") ||
		!strings.Contains(errs, "none.tar: no such file") {
		t.Errorf("a damaged archive and none: status %d, %q, %q", status, out, errs)
	}
	must(t, "store", "verify", "-store", to)
	if left, err := os.ReadDir(filepath.Join(to, "stage")); err != nil || len(left) != 0 {
		t.Errorf("stage holds %v, %v", left, err)
	}
	// Far more bytes than the file has.
	must(t, "store", "export", "-o", archive)
	if status, _, errs := coadapt(t, t.Context(), "store", "import", archive, "-most", "0.000001", "-store",
		t.TempDir()); status != 1 ||
		!strings.Contains(errs, "more than 1000 bytes") {
		t.Errorf("-most: status %d, %q", status, errs)
	}
}

// TestBrokenEntryEndsNothing: lists, tables and figures are made of the others, and it is named on standard error.
func TestBrokenEntryEndsNothing(t *testing.T) {
	dir := smallStore(t)
	results := listed(t, must(t, "store", "ls", "-json"))
	breakEntry(t, dir, results["0/R2B"].Key, "result.json")
	status, out, errs := coadapt(t, t.Context(), "store", "ls", "-json")
	if got := listed(t, out); status != 1 || len(got) != 2 || !strings.Contains(errs, results["0/R2B"].Key) ||
		!strings.Contains(errs, "result.json") {
		t.Errorf("ls: status %d, %v, %q; want two and R2B named", status, got, errs)
	}
	if got := listed(t, must(t, "store", "ls", "-json")); len(got) != 2 { // it was set aside
		t.Errorf("ls again: %v", got)
	}
	breakEntry(t, dir, results["0/B3B"].Key, "result.json")
	status, out, errs = coadapt(t, t.Context(), "show")
	if status != 0 || !strings.Contains(out, "1 net") ||
		!strings.Contains(errs, "left out: store entry "+results["0/B3B"].Key) {
		t.Errorf("show: status %d, %q, %q; want the table of the net that is left", status, out, errs)
	}
	breakEntry(t, dir, results["0/baseB"].Key, "result.json")
	if status, _, errs := coadapt(t, t.Context(), "show"); status != 1 ||
		!strings.Contains(errs, "1 entries could not be read") {
		t.Errorf("show of nothing that can be read: status %d, %q", status, errs)
	}
}

// TestExportFlags: what cannot be is refused before anything is written.
func TestExportFlags(t *testing.T) {
	smallStore(t)
	dir := t.TempDir()
	for args, want := range map[string]string{
		"":                                   `-o "": want a file that ends in .csv`,
		"-o x.json":                          `-o "x.json": want`,
		"-o DIR/x.csv -what weights":         `-what "weights": want results, metrics or tensorboard`,
		"-o DIR/x.tar.gz -what metrics":      "an archive holds whole entries",
		"-o DIR/x.csv -no-weights":           "tables have none",
		"-o DIR -no-weights":                 "tables have none",
		"-o DIR/x.csv -experiment cifar100":  `-experiment "cifar100": none in the store`,
		"-o DIR/x.csv -nets 0/A3B":           "-nets: 0/A3B is not in the store",
		"-o DIR/x.csv -nets nonsense":        `net "nonsense": want`,
		"-o DIR/there/is/none.csv":           "no such file or directory",
		"-o DIR/x.csv -store " + t.TempDir(): "is empty",
	} {
		args = strings.ReplaceAll(args, "DIR", dir)
		if status, out, errs := coadapt(t, t.Context(),
			append([]string{"store", "export"}, strings.Fields(args)...)...); status != 1 ||
			!strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %q, %q; want %q", args, status, out, errs, want)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	for args, want := range map[string]string{"": "requires at least 1 arg", "x -most 0": "-most 0: want gigabytes"} {
		if status, _, errs := coadapt(t, t.Context(),
			append([]string{"store", "import"}, strings.Fields(args)...)...); status != 1 ||
			!strings.Contains(errs, want) {
			t.Errorf("import %s: status %d, %q; want %q", args, status, errs, want)
		}
	}
}
