package figure

import (
	"strings"
	"testing"

	"coadapt/transfer"
)

// Ten cuts are all named; of more, every second, or third, has a name and all have a tick.
func TestCutTicks(t *testing.T) {
	for n, want := range map[int]int{7: 7, 10: 10, 11: 6, 20: 10, 28: 10} {
		named := 0
		ticks := cutTicks(strings.Split(strings.Repeat("x,", n-1)+"x", ","))
		for _, tick := range ticks[1:] {
			if tick.Label != "" {
				named++
			}
		}
		if len(ticks) != n+1 || named != want || ticks[1].Label != "1\nx" {
			t.Errorf("%d cuts: %d ticks, %d of them named, want %d", n, len(ticks)-1, named, want)
		}
	}
}

// A result's own names of cuts go before those that its architecture's name stands for.
func TestNumbered(t *testing.T) {
	named := []transfer.Result{{Arch: "mini", Layers: "conv1,conv2,fc3"}}
	if got := numbered(named); strings.Join(got, " ") != "conv1 conv2 fc3" {
		t.Errorf("%q", got)
	}
	if got := numbered([]transfer.Result{{Arch: "mini"}}); got != nil {
		t.Errorf("%q of the miniature, want none", got)
	}
	if got := numbered([]transfer.Result{{Arch: "ways", Net: transfer.Net{N: 9}}}); len(got) != 9 || got[0] != "" {
		t.Errorf("%q of an older result, want nine without names", got)
	}
}
