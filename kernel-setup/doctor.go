package main

import (
	"bytes"
	"context"
	"strings"
	"time"
)

// check is one line of doctor.
type check struct {
	name string
	// run returns the figure to show, also beside an error where there is one.
	run  func(context.Context) (value string, err error)
	mend mend
}

// finding is what a check found; its JSON is doctor's -json.
type finding struct {
	Name    string  `json:"name"`
	OK      bool    `json:"ok"`
	Value   string  `json:"value"`
	Mend    *mend   `json:"mend"` // null when all is well
	Seconds float64 `json:"seconds"`
}

// doctor runs every check. It returns errReported when one failed.
func (s *site) doctor(ctx context.Context, asJSON bool) error {
	findings, bad := []finding{}, 0
	for _, c := range s.checks() {
		f := examine(ctx, c)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !f.OK {
			bad++
		}
		findings = append(findings, f)
		if !asJSON {
			s.say("%s", f)
		}
	}
	if asJSON {
		text, err := indented(findings, "  ")
		if err != nil {
			return err
		}
		s.say("%s", bytes.TrimSpace(text))
	} else if bad == 0 {
		s.say("All is well: %d checks.", len(findings))
	} else {
		s.say("%d of %d checks failed.", bad, len(findings))
	}
	if bad > 0 {
		return errReported
	}
	return nil
}

// examine runs one check.
func examine(ctx context.Context, c check) finding {
	start := time.Now()
	value, err := c.run(ctx)
	f := finding{Name: c.name, OK: err == nil, Value: value, Seconds: time.Since(start).Seconds()}
	if err != nil {
		f.Mend = &c.mend
		f.Value = strings.TrimSpace(strings.TrimSuffix(value, ": ") + " " + err.Error())
	}
	return f
}

// String is the line for people, and below it how to mend.
func (f finding) String() string {
	mark := "ok  "
	if !f.OK {
		mark = "FAIL"
	}
	line := mark + "  " + f.Name + strings.Repeat(" ", max(1, 16-len(f.Name))) + f.Value
	if f.Mend != nil {
		line += "\n        " + strings.ReplaceAll(f.Mend.String(), "\n", "\n        ")
	}
	return line
}
