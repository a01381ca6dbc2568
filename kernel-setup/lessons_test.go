package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// chapter is a notebook with two outputs above its guess, two below, and a word of its own.
func chapter(word string) string {
	return `{"cells": [{"cell_type": "markdown", "metadata": {}, "source": ["` + word + `"]},
{"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "!coadapt arch <mini>", "outputs": [
 {"output_type": "stream", "name": "stdout", "text": "eight layers"},
 {"output_type": "display_data", "metadata": {}, "data": {"text/plain": ["the same as SVG: ../.coadapt/figures/a.svg"],
  "text/html": ["<details>words</details>", "<p>the same as SVG: <a href=\"../.coadapt/figures/a.svg\">../.coadapt/figures/a.svg</a></p>"]}}]},
{"cell_type": "code", "execution_count": 2, "metadata": {}, "source": ["%%\n", "nb.Predict(\"x\", \"?\", nb.Drawn{})"], "outputs": [
 {"output_type": "stream", "name": "stdout", "text": "no guess"}]},
{"cell_type": "code", "execution_count": 3, "metadata": {}, "source": ["lab.Reveal()"], "outputs": [
 {"output_type": "stream", "name": "stdout", "text": "minus ten points"}]}], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}`
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A copy is a notebook with the chapter's source, its outputs above the guess and none below.
func TestLessonSpoilsNoGuess(t *testing.T) {
	made, err := lesson([]byte(chapter("one")))
	if err != nil {
		t.Fatal(err)
	}
	var notebook struct {
		Cells []struct {
			Count   *int  `json:"execution_count"`
			Outputs []any `json:"outputs"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(made, &notebook); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{0, 2, 0, 0} {
		c := notebook.Cells[i]
		if len(c.Outputs) != want || (c.Count != nil) != (want > 0) {
			t.Errorf("cell %d has %d outputs and count %v, want %d outputs", i+1, len(c.Outputs), c.Count, want)
		}
	}
	text := string(made)
	for _, s := range []string{"minus ten", "no guess", "SVG"} {
		if strings.Contains(text, s) {
			t.Errorf("the copy has %q:\n%s", s, text)
		}
	}
	for _, s := range []string{"eight layers", "<details>words</details>", "!coadapt arch <mini>", "lab.Reveal()",
		`"nbformat_minor": 5`} {
		if !strings.Contains(text, s) {
			t.Errorf("the copy lacks %q:\n%s", s, text)
		}
	}
	if _, err := lesson([]byte("{")); err == nil {
		t.Error("what is no notebook is taken for one")
	}
}

// What the reader changed stays through every change of the chapter; what was not touched follows it.
func TestLessonsAreTheReaders(t *testing.T) {
	s, out := testSite(t)
	folder := s.home.Lessons()
	from := func(name string) string { return filepath.Join(s.home.Notebooks(), name) }
	copied := func(name string) string { return filepath.Join(folder, name) }
	bring := func() {
		t.Helper()
		out.Reset()
		if err := s.lessons(folder); err != nil {
			t.Fatal(err)
		}
	}
	write(t, from("00_a.ipynb"), chapter("one"))
	write(t, from("01_b.ipynb"), chapter("one"))
	write(t, from("results/report.md"), "numbers")
	write(t, from("nb/lab.go"), "package nb")
	write(t, from(".ipynb_checkpoints/00_a.ipynb"), chapter("old"))
	bring()
	exists(t, copied("nb"), false)
	exists(t, copied(".ipynb_checkpoints"), false)
	if got := read(t, copied("results/report.md")); got != "numbers" {
		t.Errorf("report %q", got)
	}
	mine := strings.Replace(read(t, copied("00_a.ipynb")), "one", "my own words", 1)
	write(t, copied("00_a.ipynb"), mine)
	write(t, copied("01_b_2.ipynb"), "a file of the reader's")
	bring()
	if read(t, copied("00_a.ipynb")) != mine || out.Len() > 0 {
		t.Errorf("nothing changed, and it says %q of %s", out, read(t, copied("00_a.ipynb")))
	}

	write(t, from("00_a.ipynb"), chapter("two"))
	write(t, from("01_b.ipynb"), chapter("two"))
	write(t, from("results/report.md"), "other numbers")
	bring()
	if read(t, copied("00_a.ipynb")) != mine {
		t.Error("a copy that the reader changed is overwritten")
	}
	if got := read(t, copied("00_a_2.ipynb")); !strings.Contains(got, "two") {
		t.Errorf("the new chapter is not offered: %s", got)
	}
	if !strings.Contains(out.String(), "00_a_2.ipynb") || strings.Contains(out.String(), "01_b") {
		t.Errorf("it says %q, want where the new one of 00_a lies, and no more", out)
	}
	if got := read(t, copied("01_b.ipynb")); !strings.Contains(got, "two") ||
		read(t, copied("results/report.md")) != "other numbers" {
		t.Errorf("a copy that nobody changed does not follow: %s", got)
	}

	write(t, copied("00_a_2.ipynb"), "mine, too")
	write(t, copied("01_b.ipynb"), "mine as well")
	bring()
	exists(t, copied("00_a_3.ipynb"), false)
	write(t, from("00_a.ipynb"), chapter("three"))
	write(t, from("01_b.ipynb"), chapter("three"))
	bring()
	for name, want := range map[string]string{"00_a.ipynb": "my own words", "00_a_2.ipynb": "mine, too",
		"00_a_3.ipynb": "three",
		"01_b.ipynb":   "mine as well", "01_b_2.ipynb": "a file of the reader's", "01_b_3.ipynb": "three"} {
		if got := read(t, copied(name)); !strings.Contains(got, want) {
			t.Errorf("%s has not %q: %s", name, want, got)
		}
	}

	// Where the record is lost, everything counts as the reader's.
	write(t, copied(offersFile), "{")
	write(t, copied("results/report.md"), "my numbers")
	bring()
	if read(t, copied("results/report.md")) != "my numbers" ||
		read(t, copied("results/report_2.md")) != "other numbers" {
		t.Error("without a record a file of the reader's is overwritten")
	}
	write(t, from("02_c.ipynb"), "<<<<<<< a merge")
	bring()
	if read(t, copied("02_c.ipynb")) != "<<<<<<< a merge" ||
		!strings.Contains(out.String(), "02_c.ipynb is copied as it is") {
		t.Errorf("a broken notebook: it says %q", out)
	}
}

// Wherever the folder lies, git sees nothing of it, and figures can be opened from it.
func TestLessonsLeaveTheCloneClean(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git")
	}
	s, _ := testSite(t)
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(git, append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org"}, args...)...)
		cmd.Dir = s.home.Root
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	write(t, filepath.Join(s.home.Root, ".gitignore"), ".coadapt/\n")
	write(t, filepath.Join(s.home.Notebooks(), "00_a.ipynb"), chapter("one"))
	run("init", "-q")
	run("add", "-A")
	run("commit", "-q", "-m", "a clone")
	for _, folder := range []string{"", filepath.Join(s.home.Root, "my lessons")} {
		if folder != "" { // as before the clone was moved
			if err := errors.Join(os.MkdirAll(folder, 0o755),
				os.Symlink("/nowhere", filepath.Join(folder, "figures"))); err != nil {
				t.Fatal(err)
			}
		}
		at, err := s.labFolder(t.Context(), labOptions{folder: folder})
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(at.begin, "00_a.ipynb"), "a lesson was here")
		write(t, filepath.Join(at.begin, "my_results.csv"), "1")
		write(t, filepath.Join(s.home.Figures(), "a.svg"), "<svg/>")
		if got := read(t, filepath.Join(at.begin, "figures", "a.svg")); got != "<svg/>" {
			t.Errorf("the figure is %q", got)
		}
		if got := run("status", "--porcelain"); got != "" {
			t.Errorf("after a lesson in %s: %s", at.begin, got)
		}
	}
	for _, opt := range []labOptions{{folder: s.home.Notebooks()}, {folder: filepath.Join(s.home.Notebooks(), "mine")},
		{folder: "x", originals: true}} {
		if _, err := s.labFolder(t.Context(), opt); err == nil ||
			!strings.Contains(err.Error(), "-folder "+opt.folder) {
			t.Errorf("%+v: %v", opt, err)
		}
	}
	if at, err := s.labFolder(t.Context(), labOptions{originals: true}); err != nil ||
		at != (labPlace{s.home.Root, s.home.Notebooks(), true}) {
		t.Errorf("the originals are %+v, %v", at, err)
	}
}
