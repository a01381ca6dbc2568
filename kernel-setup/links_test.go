package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Links of an executed notebook lead from its page to where they led; those to nothing, and all in a copy that is
// carried away, are left out.
func TestLinksOfPages(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no Python")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "home", "figures", "a b.svg"), "<svg/>")
	write(t, filepath.Join(dir, "notebooks", "results", "r.md"), "numbers")
	const program = `
import json, sys
sys.path.insert(0, "templates")
import coadapt_links
def link(word, to): return f'<p>the {word}: <a href="{to}">{to}</a></p>'
def output(html): return {"output_type": "display_data", "metadata": {}, "data": {"text/html": [html], "text/plain": ["the same as SVG: x"]}}
notebook = {"cells": [
    {"cell_type": "markdown", "source": ["[r](results/r.md) [s](results/none.md) ", "[w](https://example.org/r.md) [h](#here)"]},
    {"cell_type": "code", "source": "x", "outputs": [
        output("<details>words</details>" + link("same as SVG", "../home/figures/a%20b.svg")),
        output("<details>words</details>" + link("same as SVG", "../home/figures/none.svg")),
        output(link("figure as PDF", "../home/figures/none.pdf")),
        {"output_type": "stream", "name": "stdout", "text": "said"}]}]}
before = json.dumps(notebook)
both = coadapt_links.moved(notebook, sys.argv[1] + "/notebooks", sys.argv[1] + "/home/runs"), coadapt_links.without(notebook)
assert json.dumps(notebook) == before
print(json.dumps(both))`
	out, err := exec.Command(python, "-B", "-c", program, dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var both [2]struct {
		Cells []struct {
			Source  string
			Outputs []struct {
				Text string
				Data map[string]any
			}
		}
	}
	if err := json.Unmarshal(out, &both); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := [2][]string{
		{"[r](../../notebooks/results/r.md) [s](results/none.md) [w](https://example.org/r.md) [h](#here)",
			`<details>words</details><p>the same as SVG: <a href="../figures/a%20b.svg">../figures/a%20b.svg</a></p>`,
			"<details>words</details>", "said"},
		{
			"[r](results/r.md) [s](results/none.md) [w](https://example.org/r.md) [h](#here)",
			"<details>words</details>",
			"<details>words</details>",
			"said",
		},
	}
	for i, notebook := range both {
		got := []string{notebook.Cells[0].Source}
		for _, o := range notebook.Cells[1].Outputs {
			html, _ := o.Data["text/html"].(string)
			got = append(got, o.Text+html)
		}
		if strings.Join(got, "\n") != strings.Join(want[i], "\n") {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want[i], "\n"))
		}
	}
}

// A page is at fault where it links to what is not there.
func TestPageWithADeadLink(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "runs", "a.html")
	write(t, filepath.Join(dir, "figures", "a b.svg"), "<svg/>")
	write(t, page,
		`<a href="https://example.org">w</a> <a class="x" href="#here">h</a> `+
			`<a href="../figures/a%20b.svg">f</a> <a href="data:,x">d</a>`)
	if err := standsAlone(page); err != nil {
		t.Error(err)
	}
	write(t, page, `<a href="../figures/none.svg">f</a>`)
	if err := standsAlone(page); err == nil || !strings.Contains(err.Error(), "../figures/none.svg") {
		t.Errorf("a dead link: %v", err)
	}
}
