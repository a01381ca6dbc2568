package nb

import (
	"slices"
	"strings"
	"testing"

	"coadapt/transfer"
)

func names(nets []transfer.Net) []string {
	var out []string
	for _, n := range nets {
		out = append(out, n.String())
	}
	return out
}

func TestGrid(t *testing.T) {
	for _, c := range []struct {
		grid Grid
		want []string // nil: only the number counts
		n    int
	}{
		// two base nets and five conditions at seven cuts: the command line's default curve
		{grid: Grid{}, n: 2 + 5*7},
		{grid: Grid{Conditions: "AnB", Cuts: "3", Seeds: "1", Splits: "natman"},
			want: []string{"natman/baseA#1", "natman/baseB#1", "natman/A3B#1"}},
		{grid: Grid{Conditions: "base+, BnB", Cuts: "2,4"},
			want: []string{"0/baseA", "0/baseB", "0/baseB+", "0/B2B", "0/B4B"}},
		{grid: Grid{Conditions: "base"}, want: []string{"0/baseA", "0/baseB"}},
		// transfer.Balanced: 2+2+8·cuts a split and seed
		{grid: Grid{Balanced: true, Cuts: "5,7", Seeds: "0-1", Splits: "0,1"}, n: (2 + 2 + 8*2) * 4},
	} {
		nets, err := c.grid.Nets()
		if err != nil {
			t.Errorf("%+v: %v", c.grid, err)
			continue
		}
		if got := names(nets); c.want != nil && !slices.Equal(got, c.want) || c.want == nil && len(got) != c.n {
			t.Errorf("%+v = %d nets %v, want %d %v", c.grid, len(got), got, c.n, c.want)
		}
	}
}

// A grid that cannot be read says which field, what it holds and what would be right.
func TestWrongWork(t *testing.T) {
	for _, c := range []struct {
		work Work
		says []string
	}{
		{Grid{Conditions: "AnC"}, []string{"Grid.Conditions", `"AnC"`, "BnB"}},
		{Grid{Cuts: "0-7"}, []string{"Grid.Cuts", `"0-7"`, "1 to 7"}},
		{Grid{Cuts: "8"}, []string{"Grid.Cuts", `"8"`, "1 to 7"}},
		{Grid{Seeds: "a"}, []string{"Grid.Seeds", `"a"`, "such as 0"}},
		{Grid{Splits: ","}, []string{"Grid.Splits", `","`, "natman"}},
		{Grid{Splits: "whole"}, []string{"Grid.Splits", `"whole"`, "These"}},
		{Grid{Balanced: true, Conditions: "AnB"}, []string{"Grid.Conditions", "Balanced"}},
		{Reduced{}, []string{"Reduced.PerClass", `""`, "such as 1"}},
		{Reduced{PerClass: "5", Seeds: "x"}, []string{"Reduced.Seeds", `"x"`}},
		{These(), []string{"These", "nb.Net"}},
		{These(transfer.Net{Split: "0", Target: transfer.B, Treatment: transfer.Transfer}),
			[]string{"These", "n from 1"}},
		{These(Net("AnB", 8, 0)), []string{"0/A8B", "1 to 7"}},
	} {
		nets, err := c.work.Nets()
		if err == nil {
			t.Errorf("%+v = %v, want an error", c.work, nets)
			continue
		}
		for _, word := range c.says {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%+v: %q does not say %q", c.work, err, word)
			}
		}
	}
}

func TestThese(t *testing.T) {
	nets, err := These(Net("AnB", 3, 2), Net("base", 0, 2), Net("AnB", 3, 2)).Nets()
	if want := []string{"0/A3B#2", "0/baseB#2"}; err != nil || !slices.Equal(names(nets), want) {
		t.Errorf("%v, %v; want %v", names(nets), err, want)
	}
}

func TestReduced(t *testing.T) {
	nets, err := Reduced{PerClass: "20,5", Seeds: "0,2"}.Nets()
	want := []string{"whole/base@5", "whole/base@20", "whole/base@5#2", "whole/base@20#2"}
	if err != nil || !slices.Equal(names(nets), want) {
		t.Errorf("%v, %v; want %v", names(nets), err, want)
	}
}

// What is wrong with a lab's name or options is said when it is opened, in one sentence.
func TestWrongLab(t *testing.T) {
	for _, c := range []struct {
		data string
		opts []Option
		says []string
	}{
		{"no/such/folder", nil, []string{`"no/such/folder"`, "train/<class>/"}},
		{"shapes:colour=3", nil, []string{"colour", "classes"}},
		{"shapes", []Option{Epochs(2), Steps(10)}, []string{"nb.Epochs", "nb.Steps"}},
		{"shapes", []Option{Steps(-1)}, []string{"nb.Steps(-1)"}},
	} {
		l := unchecked(c.data)
		for _, o := range c.opts {
			o(&l.set)
		}
		err := l.check()
		if err == nil {
			t.Errorf("%q is taken", c.data)
			continue
		}
		for _, word := range c.says {
			if !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: %q does not say %q in one line", c.data, err, word)
			}
		}
	}
}

// TestOnA swaps the tasks of a net.
func TestOnA(t *testing.T) {
	for want, net := range map[string]transfer.Net{"0/baseA": Net("base", 0, 0), "0/B3A#2": Net("AnB", 3, 2)} {
		if got := OnA(net).String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
