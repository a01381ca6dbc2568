package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// offer is a copy as it was written into a folder of lessons.
type offer struct {
	File   string `json:"file"`   // where it lies in the folder
	Digest string `json:"digest"` // of what was written
}

// offersFile, in a folder of lessons, keeps the last offer of each file by its name in notebooks/.
const offersFile = ".offers.json"

// lessons brings a folder of the reader's own copies of the chapters, and of what they link to, up to date:
//
//	not there                            written
//	as it was written, chapter changed   written anew
//	changed by the reader                never written; a chapter that changed since lies beside it, as NAME_2.ipynb
//
// The copies have no outputs from the first guess on. The folder ignores itself in git, and has a link to the figures.
func (s *site) lessons(folder string) error {
	rel, err := filepath.Rel(realPath(s.home.Notebooks()), realPath(folder))
	if err == nil && filepath.IsLocal(rel) {
		return fmt.Errorf("-folder %s: the chapters themselves lie there; "+
			"name another folder, or open them with -originals", folder)
	}
	if err := errors.Join(os.MkdirAll(folder, 0o755), os.MkdirAll(s.home.Figures(), 0o755)); err != nil {
		return err
	}
	offers := map[string]offer{}
	text, err := os.ReadFile(filepath.Join(folder, offersFile))
	if err == nil {
		if json.Unmarshal(text, &offers) != nil {
			offers = map[string]offer{} // what is there then counts as the reader's
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	ignore := func(path string) error { return writeFile(path, []byte("*\n")) }
	figures := func(path string) error { return os.Symlink(s.home.Figures(), path) }
	link := filepath.Join(folder, "figures")
	if to, err := os.Readlink(link); err == nil && to != s.home.Figures() { // the clone was moved, or its home
		if err := os.Remove(link); err != nil {
			return err
		}
	}
	if err := errors.Join(own(filepath.Join(folder, ".gitignore"), ignore), own(link, figures)); err != nil {
		return err
	}
	failed := eachOfNotebooks(s.home.Notebooks(), func(name string, text []byte) error {
		if filepath.Ext(name) == ".ipynb" {
			if made, err := lesson(text); err == nil {
				text = made
			} else {
				s.say("%s is copied as it is: %v", filepath.Join(s.home.Notebooks(), name), err)
			}
		}
		now, err := s.offer(folder, name, text, offers[name])
		offers[name] = now
		return err
	})
	text, err = json.MarshalIndent(offers, "", " ")
	return errors.Join(failed, err, writeFile(filepath.Join(folder, offersFile), append(text, '\n')))
}

// own makes what is not there.
func own(path string, make func(path string) error) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return make(path)
}

// realPath is a path without links, as far as it is there.
func realPath(path string) string {
	for dir, rest := path, ""; ; dir, rest = filepath.Dir(dir), filepath.Join(filepath.Base(dir), rest) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		if dir == filepath.Dir(dir) {
			return path
		}
	}
}

// offer writes one copy, unless the reader has it already or has changed what lies in its place.
func (s *site) offer(folder, name string, text []byte, last offer) (offer, error) {
	now := offer{File: name, Digest: textDigest(string(text))}
	if last.File != "" && filepath.IsLocal(last.File) { // a record edited by hand must not reach outside
		now.File = last.File
	}
	stem, ext := strings.TrimSuffix(name, filepath.Ext(name)), filepath.Ext(name)
	for n := 2; ; n++ {
		path := filepath.Join(folder, now.File)
		there, err := os.ReadFile(path)
		digest := textDigest(string(there))
		untouched := err == nil && now.File == last.File && digest == last.Digest
		switch {
		case errors.Is(err, fs.ErrNotExist), untouched && digest != now.Digest:
			if now.File != name && now.File != last.File {
				s.say("%s has changed since you began with your copy, which stays; the new one is %s", name, now.File)
			}
			return now, writeFile(path, text)
		case err != nil:
			return last, err
		case digest == now.Digest, now.File == last.File && last.Digest == now.Digest:
			return now, nil
		}
		now.File = fmt.Sprintf("%s_%d%s", stem, n, ext)
	}
}

// eachOfNotebooks hands over each file of notebooks, and of what they show, by its name there: no Go code, and
// nothing hidden.
func eachOfNotebooks(from string, each func(name string, text []byte) error) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(from, path) // path lies below it
		switch {
		case d.IsDir() && (name == "nb" || strings.HasPrefix(d.Name(), ".") && name != "."): // .ipynb_checkpoints
			return filepath.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return each(name, text)
	})
}

// asks is the beginning of a question to the reader in a cell's source.
var asks = regexp.MustCompile(`\bnb\.Predict\(`)

// svgLink is what nb.Lab.Show says of a figure's file, which is another's.
var svgLink = regexp.MustCompile(`<p>the same as SVG: <a [^>]*>[^<]*</a></p>`)

// lesson is a chapter as a reader begins with it: from the first guess on, no outputs.
func lesson(chapter []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(chapter))
	dec.UseNumber()
	var notebook map[string]any
	if err := dec.Decode(&notebook); err != nil {
		return nil, fmt.Errorf("not a notebook: %w", err)
	}
	cells, _ := notebook["cells"].([]any)
	asked := false
	for _, c := range cells {
		cell, _ := c.(map[string]any)
		if cell["cell_type"] != "code" {
			continue
		}
		asked = asked || asks.MatchString(lines(cell["source"]))
		if asked {
			cell["outputs"], cell["execution_count"] = []any{}, nil
			continue
		}
		outputs, _ := cell["outputs"].([]any)
		for _, o := range outputs {
			output, _ := o.(map[string]any)
			data, _ := output["data"].(map[string]any)
			if page := lines(data["text/html"]); svgLink.MatchString(page) {
				data["text/html"], data["text/plain"] = svgLink.ReplaceAllString(page, ""), "a figure in words"
			}
		}
	}
	return indented(notebook, " ") // as Jupyter has it
}

// lines is a text of a notebook, which is a string or its lines.
func lines(text any) string {
	if s, ok := text.(string); ok {
		return s
	}
	var b strings.Builder
	list, _ := text.([]any)
	for _, line := range list {
		s, _ := line.(string)
		b.WriteString(s)
	}
	return b.String()
}
