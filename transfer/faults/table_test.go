package faults

import (
	"testing"
	"time"
)

func TestTable(t *testing.T) {
	var all Table
	all.add(Row{Fault: "worker killed", Tried: 10, Survived: 10,
		Seen: map[string]int{"in training": 7, "between nets": 3}, Took: 4 * time.Second})
	all.add(Row{Fault: "disk full", Skipped: "no mount"})
	all.add(Row{Fault: "worker killed", Tried: 5, Survived: 3, Lost: 2, Seen: map[string]int{"between nets": 5},
		Took: 2 * time.Second})
	const want = `fault          tried  survived  lost  seconds  seen
worker killed  15     13        2     6        8 between nets, 7 in training
disk full      0      0         0     0        not possible here: no mount
all            15     13        2     6
`
	if got := all.String(); got != want || all.Lost() != 2 {
		t.Errorf("%d lost, want 2\n%s\nwant\n%s", all.Lost(), got, want)
	}
}
