package transfer

import (
	"slices"
	"strings"
	"testing"
)

// TestPaperGrid counts what the description of the 2014 release counts: 163 nets, 10 base nets of halves, 140
// transfer nets, netbase and 12 reduced ones; by role as in the table of its results.
func TestPaperGrid(t *testing.T) {
	all := Paper()
	blocks, roles := map[string]int{}, map[string]int{}
	seen := map[string]bool{}
	for _, p := range all {
		blocks[p.Block]++
		roles[p.Role]++
		if p.Parent() != "" && !seen[p.Parent()] {
			t.Errorf("%s stands before its parent %s", p.Net, p.Parent())
		}
		name := p.Net.String()
		if seen[name] || seen[p.Paper()] {
			t.Errorf("%s = %s twice", name, p.Paper())
		}
		seen[name], seen[p.Paper()] = true, true
		if n, err := ParseNet(name); err != nil || n != p.Net {
			t.Errorf("%s parses as %v, %v", name, n, err)
		}
		if n, err := ParsePaperName(p.Paper()); err != nil || n != p.Net {
			t.Errorf("%s of %s parses as %v, %v", p.Paper(), p.Net, n, err)
		}
		if err := p.Recipe.Check(); err != nil {
			t.Error(err)
		}
	}
	if len(all) != 163 || blocks[BlockOne] != 10 || blocks[BlockTwo] != 140 || blocks[BlockWhenever] != 13 {
		t.Errorf("%d nets in blocks %v, want 163 as 10, 140 and 13", len(all), blocks)
	}
	for role, want := range map[string]int{"baseB": 8, "base m/n": 2, "BnB": 28, "AnB": 56, "BnB+": 14, "AnB+": 28,
		"AnB m/n": 14, "base full": 1, "reduced data": 12} {
		if roles[role] != want {
			t.Errorf("%d nets of role %s, want %d", roles[role], role, want)
		}
	}
}

func TestRandomFiltersGrid(t *testing.T) {
	all := RandomFilters()
	if len(all) != 7 || all[2].Paper() != "nolearn_1_3" || all[2].Net.String() != "whole/R3" || all[2].Parent() != "" {
		t.Errorf("%+v", all)
	}
}

// TestPaperNames states the release's own names and what they mean (recipe.md, "How a treatment is written").
func TestPaperNames(t *testing.T) {
	for paper, want := range map[string]string{
		"transfer-ft0A0B_1_5": "0/A5B+", "transfer0A0A_1_1": "0/A1A", "transfer2B2A_1_4": "2/B4A", "half3B": "3/baseB",
		"halfnatmanA":          "natman/baseA",
		"transfernatmanBA_1_6": "natman/B6A", "netbase": "whole/base", "reduced-0001": "whole/base@1",
		"reduced-1300": "whole/base@1300", "nolearn_1_7": "whole/R7",
	} {
		n, err := ParsePaperName(paper)
		if err != nil || n.String() != want {
			t.Errorf("%s = %s, %v, want %s", paper, n, err, want)
			continue
		}
		if back, ok := PaperName(n); !ok || back != paper {
			t.Errorf("%s is named %s, want %s", n, back, paper)
		}
	}
	for _, bad := range []string{"", "half0C", "transfer0A1B_1_5", "transfer0A0B_2_5", "transfer0A0B_1_0", "reduced-1",
		"reduced-00001", "reduced-0000", "nolearn_1_", "transfernatman0A_1_1",
		"transfer99999999999999999999A99999999999999999999B_1_99999999999999999999"} {
		if n, err := ParsePaperName(bad); err == nil {
			t.Errorf("%q = %s, want an error", bad, n)
		}
	}
	for _, none := range []string{"0/baseA#1", "0/baseB+", "0/R3B", "0/baseB@5", "animals/A3B", "animals/baseA"} {
		n, err := ParseNet(none)
		if err != nil {
			t.Fatal(err)
		}
		if name, ok := PaperName(n); ok {
			t.Errorf("%s is named %s, but 2014 has no such net", n, name)
		}
	}
}

// TestBalanced states what makes the design balanced: every cut net has its pairs on the same target and seed.
func TestBalanced(t *testing.T) {
	all, err := Balanced([]string{"0", "natman"}, []int{0, 2}, []int{3, 7})
	if err != nil {
		t.Fatal(err)
	}
	if want := 2 * 2 * (2 + 2 + 8*2); len(all) != want {
		t.Fatalf("%d nets, want %d", len(all), want)
	}
	has := map[string]bool{}
	for _, p := range all {
		if p.Parent() != "" && !has[p.Parent()] {
			t.Errorf("%s stands before its parent %s", p.Net, p.Parent())
		}
		has[p.Net.String()] = true
	}
	for _, p := range all {
		n := p.Net
		for _, pair := range []Treatment{Base, BasePlus, Selffer, Transfer, SelfferPlus, TransferPlus} {
			other := Net{Split: n.Split, Seed: n.Seed, Target: n.Target, Treatment: pair}
			if !pair.Uncut() {
				if other.N = n.N; n.N == 0 {
					continue
				}
			}
			if !has[other.String()] {
				t.Errorf("%s has no pair %s", n, other)
			}
		}
	}
	for _, bad := range []struct {
		splits      []string
		seeds, cuts []int
		want        string
	}{
		{nil, []int{0}, []int{1}, "no splits"}, {[]string{"0"}, nil, []int{1}, "no seeds"},
		{[]string{"0"}, []int{0}, nil, "no cuts"},
		{[]string{"0", "0"}, []int{0}, []int{1}, "twice"}, {[]string{"0"}, []int{-1}, []int{1}, "from 0"},
		{[]string{"0"}, []int{0}, []int{0}, "from 1"},
		{[]string{WholeSplit}, []int{0}, []int{1}, "two halves"},
	} {
		if _, err := Balanced(bad.splits, bad.seeds, bad.cuts); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%v: error %v, want one with %q", bad, err, bad.want)
		}
	}
	if mini := Nets(Mini()); len(mini) != 180 ||
		!slices.Contains(mini, Net{Split: "0", Seed: 2, Target: A, Treatment: TransferPlus, N: 7}) {
		t.Errorf("mini has %d nets, want 180 with 0/B7A+#2", len(mini))
	}
}

// Scale2014: each cut net has its base in the list, BnBr stands beside a BnB of the same cut, and the last cut, which
// costs nothing in 2014, has BnB alone.
func TestScale2014(t *testing.T) {
	all := Scale2014()
	listed := map[Net]bool{}
	for _, p := range all {
		listed[p.Net] = true
	}
	if len(all) != 64 || len(listed) != 64 {
		t.Fatalf("%d nets, %d different ones, want 64", len(all), len(listed))
	}
	for _, p := range all {
		n := p.Net
		if parent, ok := n.Parent(); ok && !listed[parent] {
			t.Errorf("%s without its base", n)
		}
		if n.Treatment == Rescaled {
			n.Treatment = Selffer
			if !listed[n] || n.N == 7 {
				t.Errorf("%s: want it beside a BnB, and none at the last cut", p.Net)
			}
		}
		if p.Recipe.Steps != PaperRecipe().Steps {
			t.Errorf("%s by a recipe of %d steps", n, p.Recipe.Steps)
		}
	}
}
