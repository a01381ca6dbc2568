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
	says := []string{fmt.Sprintf("%s: %d classes, %d training and %d test pictures", s.Root, s.Classes, s.Train,
		s.Test)}
	if s.Divided != "" {
		says = append(says, s.Divided)
	}
	if s.Merged.Count > 0 {
		says = append(says, s.Merged.String())
	}
	var passed []string
	for _, p := range s.Passed {
		passed = append(passed, p.String())
	}
	if len(passed) == 0 {
		says = append(says, "nothing passed over")
	} else {
		says = append(says, "passed over: "+strings.Join(passed, ", "))
	}
	return strings.Join(says, "; ")
}

// PassedOver counts files and folders that are not read, for one reason.
type PassedOver struct {
	Reason string
	Count  int
	First  string // by name
}

// String says reason, count and an example.
func (p PassedOver) String() string { return fmt.Sprintf("%d %s (%s)", p.Count, p.Reason, p.First) }
