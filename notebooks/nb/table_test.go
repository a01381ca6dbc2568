package nb

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/reference"
)

func TestTableEscapes(t *testing.T) {
	x := table{title: "<t>", head: []string{"a&b", "c"}, rows: [][]string{{"<r>", `"q"`}}, notes: []string{"1 < 2"}}
	h := x.html()
	for _, want := range []string{"&lt;t&gt;", "a&amp;b", "&lt;r&gt;", "&#34;q&#34;", "1 &lt; 2"} {
		if !strings.Contains(h, want) {
			t.Errorf("no %q in %s", want, h)
		}
	}
	if strings.Contains(h, "<t>") || strings.Contains(h, "<r>") || strings.Contains(h, "<script") ||
		strings.Contains(h, "<style") {
		t.Errorf("not escaped: %s", h)
	}
	if got, want := x.text(), "<t>\na&b   c\n<r>   \"q\"\n\n1 < 2"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Columns of the plain text stay below their heads where cells are empty, at the end of a row, too.
func TestTableWithEmptyCells(t *testing.T) {
	x := table{head: []string{"n", "base", "BnB", "AnB+"},
		rows: [][]string{{"uncut", "0.954", "", ""}, {"1", "", "0.95 ±0.01", "0.9"}, {"2"}, {"3", "", "", "0.91"}}}
	want := "n       base    BnB          AnB+\n" +
		"uncut   0.954\n" +
		"1               0.95 ±0.01   0.9\n" +
		"2\n" +
		"3                            0.91"
	if got := x.text(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// column is the index of a head.
func column(t *testing.T, x table, head string) int {
	t.Helper()
	for i, h := range x.head {
		if h == head {
			return i
		}
	}
	t.Fatalf("no column %q in %q", head, x.head)
	return 0
}

// A net that is no number is counted and named, and its accuracy is in no cell.
func TestMeans(t *testing.T) {
	lost := made("AnB", 3, 900)
	lost.Status, lost.Reason = transfer.Diverged, "the loss"
	lost.Net.Seed, lost.Key = 1, "other"
	x, err := means([]transfer.Result{made("base", 0, 600), made("AnB", 3, 500), made("BnB", 3, 550), lost})
	if err != nil {
		t.Fatal(err)
	}
	row := x.rows[1]
	if row[0] != "3" || !strings.HasPrefix(row[column(t, x, "AnB")], "0.500") ||
		!strings.HasSuffix(row[column(t, x, "AnB")], "×1") || x.rows[0][column(t, x, "base")][:5] != "0.600" {
		t.Errorf("rows %q", x.rows)
	}
	if !strings.Contains(strings.Join(x.notes, " "), "0/A3B#1 diverged") {
		t.Errorf("notes %q do not name it", x.notes)
	}
	if _, err := means(nil); err == nil {
		t.Error("a table of nothing")
	}
}

// 2014 beside itself: the same cell twice, and AnB at n = 7 about 8 points below the base, as the paper's figure 2
// has it.
func TestBeside(t *testing.T) {
	all, err := reference.Results(transfer.BestTen)
	if err != nil {
		t.Fatal(err)
	}
	x, err := beside(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range x.rows {
		for i := 1; i < len(row); i += 2 {
			if row[i] != row[i+1] {
				t.Errorf("n = %s: %q beside %q", row[0], row[i], row[i+1])
			}
		}
	}
	if cell := x.rows[7][column(t, x, "AnB, 2014")]; !strings.Contains(cell, "(-8.") {
		t.Errorf("AnB at n = 7: %q, want some 8 points below the base", cell)
	}
	mine, err := beside([]transfer.Result{made("base", 0, 600), made("AnB", 3, 500), made("RnB", 3, 400)})
	if err != nil {
		t.Fatal(err)
	}
	if row := mine.rows[1]; len(mine.rows) != 2 || row[0] != "3" ||
		row[column(t, mine, "AnB, ours")] != "0.500 (-10.0)" {
		t.Errorf("rows %q", mine.rows)
	}
	notes := strings.Join(mine.notes, "\n")
	for _, want := range []string{"none in 2014 (its RnB nets are on all classes): RnB",
		"none among these nets: BnB, BnB+, AnB+"} {
		if !strings.Contains(notes, want) {
			t.Errorf("%q does not say %q", notes, want)
		}
	}
	if _, err := beside([]transfer.Result{made("RnB", 3, 400)}); err == nil {
		t.Error("nothing to compare, and no error")
	}
}

// Every claim of the paper is asked, of the paper's own nets.
func TestClaims(t *testing.T) {
	all, err := reference.Results(transfer.BestTen)
	if err != nil {
		t.Fatal(err)
	}
	x, err := claims(all)
	if err != nil {
		t.Fatal(err)
	}
	verdict, asked := column(t, x, "verdict"), 0
	for _, row := range x.rows {
		if row[verdict] == "" || len(row) != len(x.head) {
			t.Errorf("row %q", row)
		}
		together := row[column(t, x, "95%, all cuts together")]
		if together == "" || row[column(t, x, "plain 95%")] == "" {
			continue
		}
		if strings.HasPrefix(row[verdict], "supported") {
			asked++
		}
		var low, high float64
		if _, err := fmt.Sscanf(together, "[%f, %f]", &low, &high); err != nil {
			t.Fatalf("%q: %v", together, err)
		}
		claimed := row[column(t, x, "claimed")]
		if zero := strings.HasSuffix(claimed, " 0"); zero &&
			(low > 0 || high < 0) != (strings.HasPrefix(row[verdict], "supported") ||
				strings.HasPrefix(row[verdict], "opposite")) {
			t.Errorf("%q: the verdict is not that of the interval", row)
		}
	}
	if asked == 0 {
		t.Error("no claim of 2014 is supported by the nets of 2014")
	}
}

// Forest draws the claims that Ask lists.
func TestForest(t *testing.T) {
	d, err := forest(Paper(), []string{"surplus"})
	if err != nil || !strings.Contains(d.Alt(), "surplus (AnB+ - BnB+): n = 1 +0.06") {
		t.Errorf("%v, %v", d, err)
	}
	if _, err := forest(nil, nil); err == nil || !strings.Contains(err.Error(), "no results") {
		t.Errorf("of nothing: %v", err)
	}
	if _, err := forest(Paper(), []string{"bost"}); err == nil || !strings.Contains(err.Error(), `"boost"`) {
		t.Errorf("a claim that is none: %v", err)
	}
}

func TestCompare(t *testing.T) {
	results := []transfer.Result{made("base", 0, 600), made("AnB", 3, 500), made("BnB", 3, 550)}
	if text, err := compare(results, "AnB", "base", 3); err != nil ||
		!strings.Contains(text, "AnB - base = -10.0 points") {
		t.Errorf("%q, %v", text, err)
	}
	for says, c := range map[string]struct {
		a, b string
		n    int
	}{`"AnC"`: {"AnC", "BnB", 3}, "n = 4": {"AnB", "BnB", 4}, "no cut": {"base", "BnB", 3}} {
		if _, err := compare(results, c.a, c.b, c.n); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want an error about %s", c, err, says)
		}
	}
}

// A plan says what is to be trained and how long that takes, and of what is there that it takes none.
func TestPlan(t *testing.T) {
	clone(t)
	l := lab(t, 2)
	x, err := l.plan(work(), 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if text := x.text(); !strings.Contains(text, "3 with the base nets they need: 0 in the store, 3 to train") ||
		!strings.Contains(text, "95%: ") {
		t.Errorf("%s", text)
	}
	trained(t, l, work())
	again := lab(t, 2)
	x, err = again.plan(work(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if text := x.text(); !strings.Contains(text, "3 in the store, 0 to train") || !strings.Contains(text, "none") ||
		again.opened != nil {
		t.Errorf("%s; backend %v", text, again.opened)
	}
}
