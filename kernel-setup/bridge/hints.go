package bridge

import (
	"fmt"
	"regexp"
	"strings"

	"coadapt/gomlxnet/nearest"
)

// The compiler's messages for frequent mistakes of beginners. Method hint says what to do about each.
var (
	undefinedName = regexp.MustCompile(`^undefined: (\w+)$`)
	notUsed       = regexp.MustCompile(`^declared and not used: (\w+)$`)
	noValue       = regexp.MustCompile(`^(.+) \(no value\) used as value`)
	noMember      = regexp.MustCompile(`\(type \*?(\w+)\.(\w+) has no field or method (\w+)\)$`)
	noField       = regexp.MustCompile(`^unknown field (\w+) in struct literal of type (\w+)\.(\w+)$`)
	noPackageName = regexp.MustCompile(`^undefined: (\w+)\.(\w+)$`)
)

// hint adds to a compiler's message what the reader can do about it, if that is known.
func (f failed) hint(msg string) string {
	if m := undefinedName.FindStringSubmatch(msg); m != nil {
		if count := f.setIn(m[1]); count > 0 {
			return fmt.Sprintf("%s (cell [%d] set it below %%%%, and what is set there ends with its cell: "+
				"set %s in this cell too)", msg, count, m[1])
		}
		if m[1] == "lab" || m[1] == "nb" { // names that the chapters' first cells declare
			return fmt.Sprintf("%s (run the cell that declares %s first, such as the first one of a chapter, also "+
				"after a restart)", msg, m[1])
		}
	}
	if m := notUsed.FindStringSubmatch(msg); m != nil {
		return fmt.Sprintf("%s (use %s in this cell, write _ = %s, or leave it out)", msg, m[1], m[1])
	}
	if m := noValue.FindStringSubmatch(msg); m != nil && f.cells[f.count].value {
		return m[1] + " has no value to show (write %% in a line above it: statements go below such a line)"
	}
	given, names := "", []string(nil)
	if m := noMember.FindStringSubmatch(msg); m != nil {
		given, names = m[3], f.members(m[1], m[2])
	} else if m := noField.FindStringSubmatch(msg); m != nil {
		given, names = m[1], f.members(m[2], m[3])
	} else if m := noPackageName.FindStringSubmatch(msg); m != nil {
		given, names = m[2], f.members(m[1], "")
	}
	if near := nearest.Name(given, names); near != "" {
		return fmt.Sprintf("%s (did you mean %s?)", msg, near)
	}
	return msg
}

// setIn is the newest earlier cell that sets name below %%; 0 if none does.
func (f failed) setIn(name string) int {
	set := regexp.MustCompile(`(?m)^[ \t]*(?:var[ \t]+)?(?:\w+[ \t]*,[ \t]*)*` + name +
		`[ \t]*(?:,[ \t]*\w+[ \t]*)*(?::?=(?:[^=]|$)|[ \t]\w)`)
	for count := f.count - 1; count > 0; count-- {
		lines := strings.Split(f.cells[count].source, "\n")
		for _, s := range specials(lines) {
			if s.beginsMain() && set.MatchString(strings.Join(lines[s.end:], "\n")) {
				return count
			}
		}
	}
	return 0
}

// members lists what a package of the clone that the cells import exports: the fields and methods of typ or, if typ is
// "", its top-level names.
func (f failed) members(pkg, typ string) []string {
	imported := regexp.MustCompile(`"coadapt/([\w/]*\b` + pkg + `)"`)
	for count := f.count; f.root != "" && count > 0; count-- {
		if m := imported.FindStringSubmatch(f.cells[count].source); m != nil {
			return exported(f.root, m[1], typ)
		}
	}
	return nil
}
