package nb

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What chapters keep to.
const (
	longestCell     = 12      // lines of code
	largestNotebook = 1 << 20 // bytes, outputs included
)

// TestSavedNotebooks: every chapter as it lies in the clone. A figure that the code would make in another way now
// fails, too.
func TestSavedNotebooks(t *testing.T) {
	files, err := filepath.Glob("../*.ipynb")
	if err != nil || len(files) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found, outputs, err := faults(text)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				t.Error(f)
			}
			stamps, err := Stamps(text)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range stamps {
				changes, ok, err := s.Changes(t.Context())
				switch {
				case err != nil:
					t.Errorf("figure %s: %v", s.Figure, err)
				case len(changes) > 0:
					t.Errorf("figure %s is stale: %s; run the notebook and save it", s.Figure,
						strings.Join(changes, "; "))
				case !ok:
					t.Logf("whether the nets of figure %s are the same cannot be told without its data", s.Figure)
				}
			}
			if outputs == 0 {
				t.Error("no outputs are saved in it: run it, and save it with them")
			}
		})
	}
}

// text is of a notebook: a string, or its lines.
type text string

func (x *text) UnmarshalJSON(data []byte) error {
	var lines []string
	if err := json.Unmarshal(data, &lines); err == nil {
		*x = text(strings.Join(lines, ""))
		return nil
	}
	return json.Unmarshal(data, (*string)(x))
}

type savedOutput struct {
	Type     string                     `json:"output_type"`
	Name     string                     `json:"name"` // of a stream
	Text     text                       `json:"text"`
	Data     map[string]json.RawMessage `json:"data"`
	Metadata map[string]json.RawMessage `json:"metadata"`
	Ename    string                     `json:"ename"`
	Evalue   string                     `json:"evalue"`
}

type savedNotebook struct {
	Metadata struct {
		Kernel struct {
			Name string `json:"name"`
		} `json:"kernelspec"`
	} `json:"metadata"`
	Cells []struct {
		Type     string          `json:"cell_type"`
		Source   text            `json:"source"`
		Count    int             `json:"execution_count"`
		Metadata json.RawMessage `json:"metadata"`
		Outputs  []savedOutput   `json:"outputs"`
	} `json:"cells"`
}

// faults says what of a saved notebook is not as it should be, and how many outputs it has. Cells are counted as
// people do, from 1, all kinds.
func faults(data []byte) (found []string, outputs int, err error) {
	var doc savedNotebook
	var all struct {
		Metadata json.RawMessage `json:"metadata"`
	}
	for _, into := range []any{&doc, &all} {
		if err := json.Unmarshal(data, into); err != nil {
			return nil, 0, fmt.Errorf("notebook: %w", err)
		}
	}
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	if len(data) > largestNotebook {
		add("%d bytes, want %d at most", len(data), largestNotebook)
	}
	if doc.Metadata.Kernel.Name != "coadapt" {
		add("kernel %q, want coadapt", doc.Metadata.Kernel.Name)
	}
	add2 := func(where string, faults []string) {
		for _, f := range faults {
			add("%s: %s", where, f)
		}
	}
	add2("metadata", paths(string(all.Metadata)))
	ran := 0
	for i, c := range doc.Cells {
		where := fmt.Sprintf("cell %d", i+1)
		add2(where, paths(string(c.Metadata)))
		if c.Type != "code" {
			add2(where, pictures(string(c.Source)))
			continue
		}
		if n := strings.Count(strings.TrimRight(string(c.Source), "\n"), "\n") + 1; n > longestCell {
			add("%s: %d lines, want %d at most", where, n, longestCell)
		}
		if c.Count > 0 || len(c.Outputs) > 0 {
			if ran++; c.Count != ran {
				add("%s: execution count %d, want %d: outputs are those of one run from top to bottom", where, c.Count,
					ran)
			}
		}
		for _, o := range c.Outputs {
			outputs++
			add2(where, o.faults())
		}
	}
	return found, outputs, nil
}

func (o savedOutput) faults() (found []string) {
	switch {
	case o.Type == "error":
		return []string{fmt.Sprintf("an error is saved: %s: %s", o.Ename, o.Evalue)}
	case o.Type == "stream" && o.Name == "stderr":
		return []string{fmt.Sprintf("text on stderr is saved: %.200s", o.Text)}
	}
	found = paths(string(o.Text))
	for mime, raw := range o.Data {
		if strings.HasPrefix(mime, "image/") {
			var meta struct{ Alt string }
			if err := json.Unmarshal(o.Metadata[mime], &meta); err != nil || strings.TrimSpace(meta.Alt) == "" {
				found = append(found, mime+" without a text alternative")
			}
			continue
		}
		var s text
		if err := json.Unmarshal(raw, &s); err != nil {
			s = text(raw) // JSON of some kind
		}
		found = append(found, paths(string(s))...)
		if mime == "text/html" || mime == "text/markdown" {
			found = append(found, pictures(string(s))...)
		}
	}
	for _, raw := range o.Metadata {
		found = append(found, paths(string(raw))...)
	}
	slices.Sort(found)
	return found
}

var (
	dataURI    = regexp.MustCompile(`data:[a-z/+]+;base64,[A-Za-z0-9+/=]*`)
	posixPath  = regexp.MustCompile(`(?:^|[\s"'\x60=(>,:])((?:file://|~)?(?:/[\w.@+-]+){2,})`)
	otherPath  = regexp.MustCompile(`\b[A-Za-z]:\\[\w\\. -]+`)
	htmlImage  = regexp.MustCompile(`(?is)<img\b[^>]*>`)
	htmlAlt    = regexp.MustCompile(`(?i)\salt\s*=\s*("[^"]*[^"\s][^"]*"|'[^']*[^'\s][^']*')`)
	markdownNo = regexp.MustCompile(`!\[\s*\]\([^)]*\)`)
	commAddr   = "/coadapt/" // addresses of a panel's messages, no place on a disk
)

// paths are those of some machine in a text.
func paths(s string) (found []string) {
	s = dataURI.ReplaceAllString(s, "")
	for _, m := range posixPath.FindAllStringSubmatch(s, -1) {
		if !strings.HasPrefix(m[1], commAddr) {
			found = append(found, "a path of some machine: "+m[1])
		}
	}
	for _, m := range otherPath.FindAllString(s, -1) {
		found = append(found, "a path of some machine: "+m)
	}
	return found
}

// pictures without a text alternative in Markdown or HTML.
func pictures(s string) (found []string) {
	for _, img := range htmlImage.FindAllString(s, -1) {
		if !htmlAlt.MatchString(img) {
			found = append(found, fmt.Sprintf("a picture without a text alternative: %.80s", img))
		}
	}
	for _, img := range markdownNo.FindAllString(s, -1) {
		found = append(found, fmt.Sprintf("a picture without a text alternative: %.80s", img))
	}
	return found
}

// TestFaults: each kind of fault is seen, and what is as it should be is not taken for one.
func TestFaults(t *testing.T) {
	saved := func(cells string) string {
		return `{"metadata": {"kernelspec": {"name": "coadapt"}}, "cells": [` + cells + `]}`
	}
	output := func(o string) string {
		return saved(`{"cell_type": "code", "execution_count": 1, "source": "x", "outputs": [` + o + `]}`)
	}
	for _, c := range []struct{ notebook, want string }{
		{saved(``), ""},
		{saved(`{"cell_type": "code", "execution_count": null, "source": ["a\n", "b"], "outputs": []}`), ""},
		{`{"metadata": {"kernelspec": {"name": "gonb"}}}`, "gonb"},
		{`{"metadata": {"kernelspec": {"name": "coadapt"}, "was": "/home/ada/a.ipynb"}}`, "/home/ada/a.ipynb"},
		{saved(`{"cell_type": "code", "source": "` + strings.Repeat(`x\n`, 12) + `"}`), ""},
		{saved(`{"cell_type": "code", "source": "` + strings.Repeat(`x\n`, 13) + `"}`), "13 lines"},
		{saved(`{"cell_type": "markdown", "source": "` + strings.Repeat(`x\n`, 99) + `"}`), ""},
		{saved(`{"cell_type": "markdown", "source": "![](a.png)"}`), "alternative: ![](a.png)"},
		{saved(`{"cell_type": "markdown", "source": "![a curve](a.png) and <img alt=\"b\" src=\"b.png\">"}`), ""},
		{saved(`{"cell_type": "code", "execution_count": 2, "source": "x"}`), "execution count 2, want 1"},
		{saved(`{"cell_type": "markdown", "source": "", "metadata": {"from": "C:\\Users\\ada"}}`), `C:\\Users\\ada`},
		{output(`{"output_type": "error", "ename": "panic", "evalue": "boom"}`), "panic: boom"},
		{output(`{"output_type": "stream", "name": "stderr", "text": ["goroutine 1"]}`), "goroutine 1"},
		{output(`{"output_type": "stream", "name": "stdout", "text": "kept in /tmp/x/y\n"}`), "/tmp/x/y"},
		{output(`{"output_type": "stream", "name": "stdout", "text": "0/A3B, and/or 1/2; see https://example.org/a/b and ../.coadapt/figures/a.svg"}`), ""},
		{output(`{"output_type": "display_data", "data": {"image/png": "iVBO"}, "metadata": {}}`), "image/png without"},
		{output(`{"output_type": "display_data", "data": {"image/png": "iVBO"}, "metadata": {"image/png": {"alt": " "}}}`), "image/png without"},
		{output(`{"output_type": "display_data", "data": {"image/png": "iVBO/a/b"}, "metadata": {"image/png": {"alt": "a curve"}}}`), ""},
		{output(`{"output_type": "display_data", "data": {"text/html": ["<p><img src=\"data:image/png;base64,/9j/4A/x\"></p>"]}, "metadata": {}}`), "alternative: <img"},
		{output(`{"output_type": "display_data", "data": {"text/html": "<img alt=\"a\" src=\"data:image/png;base64,/9j/4A/x\"><a href=\"/root/a/b\">b</a>"}, "metadata": {}}`), "/root/a/b"},
		{output(`{"output_type": "display_data", "data": {"text/html": "<script>f(\"coadapt-1\", \"/coadapt/1234/below\")</script>"}, "metadata": {}}`), ""},
		{output(`{"output_type": "display_data", "data": {}, "metadata": {"coadapt": "{\"data\": \"/data/my/set\"}"}}`),
			"/data/my/set"},
		{saved(``) + strings.Repeat(" ", largestNotebook), "bytes, want"},
	} {
		found, _, err := faults([]byte(c.notebook))
		if err != nil {
			t.Errorf("%.200s: %v", c.notebook, err)
			continue
		}
		if c.want == "" && len(found) > 0 || c.want != "" && (len(found) != 1 || !strings.Contains(found[0], c.want)) {
			t.Errorf("%.200s\ngives %q, want %q", c.notebook, found, c.want)
		}
	}
}
