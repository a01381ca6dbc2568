package dataset

import (
	"fmt"
	"strings"
)

// Survey says what of a folder or an archive is read, so that nothing is left out in silence.
type Survey struct {
	Root        string // where the data set lies
	Classes     int
	Train, Test int
	Divided     string       // how the test part was made; "" where the data has one
	Passed      []PassedOver // what is not read
	Merged      PassedOver   // folders below classes, whose pictures are the class's; Count is 0 where there are none
}

// String is one line.
func (s Survey) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d classes, %d training and %d test pictures", s.Root, s.Classes, s.Train, s.Test)
	if s.Divided != "" {
		fmt.Fprintf(&b, "; %s", s.Divided)
	}
	if s.Merged.Count > 0 {
		fmt.Fprintf(&b, "; %s", s.Merged)
	}
	if len(s.Passed) == 0 {
		b.WriteString("; nothing passed over")
		return b.String()
	}
	b.WriteString("; passed over: ")
	for i, p := range s.Passed {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// PassedOver counts files and folders that are not read, for one reason.
type PassedOver struct {
	Reason string
	Count  int
	First  string // by name
}

// String says reason, count and an example.
func (p PassedOver) String() string { return fmt.Sprintf("%d %s (%s)", p.Count, p.Reason, p.First) }
