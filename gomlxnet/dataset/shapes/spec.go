package shapes

import (
	"fmt"
	"strconv"
	"strings"
)

// Open makes the source that a spec tells; size is that of its pictures, 0 for what the spec says.
func Open(spec string, size int) (*Source, error) {
	p, err := Parse(spec)
	if err != nil {
		return nil, err
	}
	if size > 0 {
		p.Size = size
	}
	s, err := New(p)
	if err != nil {
		return nil, err
	}
	s.name, _, _ = strings.Cut(spec, ":")
	return s, nil
}

// Is says whether a spec names procedural pictures rather than a path: "shapes" or "plain-shapes", with or without
// parameters.
func Is(spec string) bool {
	name, _, _ := strings.Cut(spec, ":")
	return name == defaultName || name == PlainName
}

// Parse reads a spec "shapes", "plain-shapes" or either with parameters, as in "shapes:name=number,...".
func Parse(spec string) (Params, error) {
	name, list, _ := strings.Cut(spec, ":")
	p := defaults()
	if name == PlainName {
		p = plain()
	}
next:
	for item := range strings.SplitSeq(list, ",") {
		if item == "" {
			continue
		}
		name, value, _ := strings.Cut(item, "=")
		n, err := strconv.Atoi(value)
		if err != nil {
			return p, fmt.Errorf("data set %q: %q is not name=number", spec, item)
		}
		if name == "seed" {
			if n < 0 {
				return p, fmt.Errorf("data set %q: seed=%d, want 0 or more", spec, n)
			}
			p.Seed = uint64(n)
			continue
		}
		for _, f := range p.fields() {
			if f.name == name {
				// New takes zero for "the default" and a negative number for "none".
				if *f.v = n; n == 0 {
					*f.v = -1
				}
				continue next
			}
		}
		return p, fmt.Errorf("data set %q: no parameter %q; there are classes, train, test, size, seed, noise, "+
			"clutter, rotate, warp, occlude, contrast", spec, name)
	}
	return p, nil
}
