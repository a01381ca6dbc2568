//go:build unix

package faults

import (
	"cmp"
	"path/filepath"
)

// faults lists what is tried, at the size asked for.
func (h *harness) faults() []fault {
	var (
		few   = newSweep("few", h.Backend, 24, append(shapes(), "-nets", "0/baseA,0/baseB,0/A3B,0/B3B,0/A5B+")...)
		grid  = newSweep("grid", h.Backend, 24, append(shapes(), "-grid", "balanced", "-cuts", "3")...)
		kills = grid
		n     = func(small, large int) int {
			if h.Large {
				return large
			}
			return small
		}
	)
	if h.Large {
		kills = newSweep("mini", h.Backend, 24, append(shapes(), "-grid", "mini")...)
	}
	album := filepath.Join(h.dir, "album")
	pictures := newSweep("pictures", h.Backend, 24, "-data", album, "-size", "24", "-nets",
		"0/baseA,0/baseB,0/A3B,0/A5B+")
	diverging := newSweep("diverging", h.Backend, 24, append(shapes(), "-nets",
		"0/baseA,0/baseB,0/A3B,0/B3A,0/A3A+,0/baseB+,0/baseA#1,0/baseB#1,0/A3B#1,0/B3A+#1,0/baseA#2,0/baseB#2")...)
	return []fault{
		{name: "worker killed", on: kills, tries: cmp.Or(max(0, h.Kills), n(10, 100)), do: killed},
		{name: "Ctrl-C once", on: few, tries: n(3, 20), do: interrupted(1)},
		{name: "Ctrl-C twice", on: few, tries: n(3, 20), do: interrupted(2)},
		{name: "checkpoint torn", on: few, tries: n(3, 20), do: tornCheckpoints(cut, blank, gone)},
		{name: "checkpoint bit flipped", on: few, tries: n(3, 20), do: tornCheckpoints(flip)},
		{name: "entry torn", on: few, tries: n(6, 40), do: tornEntries(cut, blank, gone)},
		{name: "entry bit flipped", on: few, tries: n(6, 40), do: tornEntries(flip)},
		{name: "lease torn", on: few, tries: n(2, 10), do: tornLeases},
		{name: "record of a run torn", on: few, tries: n(2, 12), do: tornRecords},
		{name: "leftovers of a crash", on: few, tries: n(6, 24), do: leftovers},
		{name: "file-size limit", on: few, tries: n(2, 15), do: fileSizeLimit, can: canLimit},
		{name: "disk full", on: few, tries: n(2, 15), do: diskFull, can: canMount},
		{name: "permission denied", on: few, tries: n(2, 15), do: denied, can: canDeny},
		{name: "data lost", on: pictures, tries: n(3, 15), do: dataLost, can: drawAlbum(album)},
		{name: "clock jumped", on: few, tries: n(2, 10), do: clockJumped},
		{name: "runners at once", on: grid, tries: n(2, 10), do: together(2, 0)},
		{name: "2 runners, one killed", on: grid, tries: n(4, 30), do: together(2, 4)},
		{name: "3 runners, one killed", on: grid, tries: n(4, 30), do: together(3, 4)},
		{name: "worker stuck", on: few, tries: n(1, 8), do: stuck},
		{name: "net diverged", on: diverging, tries: n(2, 20), do: diverged, can: findRate(diverging)},
	}
}
