package nets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/durable"
)

// maxArch is the most bytes of a file that describes an architecture.
const maxArch = 16 << 20

// ParseName reads the name of a registered architecture and its options, as people write them: "resnet20",
// "resnet20:depth=32,shortcut=B", or `mini:{"widths":[16,24,24,24,24,64,64]}` where a value has commas of its own. What
// JSON would not read is a string. The options are JSON, nil for none, as [Build] takes them; it is Build that knows
// which of them there are.
func ParseName(text string) (name string, options []byte, err error) {
	name, rest, some := strings.Cut(text, ":")
	rest = strings.TrimSpace(rest)
	switch {
	case !some:
		return name, nil, nil
	case strings.HasPrefix(rest, "{"):
		if !json.Valid([]byte(rest)) {
			return "", nil, fmt.Errorf("options of %s: %s is not JSON", name, rest)
		}
		return name, []byte(rest), nil
	}
	fields := map[string]json.RawMessage{}
	for part := range strings.SplitSeq(rest, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok || key == "" || value == "" {
			return "", nil, fmt.Errorf("option %q of %s: want a name and a value, such as size=64", part, name)
		}
		if _, twice := fields[key]; twice {
			return "", nil, fmt.Errorf("option %q of %s: %s is given twice", part, name, key)
		}
		if fields[key] = json.RawMessage(value); !json.Valid(fields[key]) {
			if fields[key], err = json.Marshal(value); err != nil {
				return "", nil, err
			}
		}
	}
	options, err = json.Marshal(fields)
	return name, options, err
}

// Named is [Build] of what [ParseName] reads. A size above 0 takes the place of the options' size.
func Named(text string, classes, size int) (arch.Arch, error) {
	name, options, err := ParseName(text)
	if err != nil {
		return arch.Arch{}, fmt.Errorf("arch %q: %w", text, err)
	}
	if size > 0 {
		fields := map[string]json.RawMessage{}
		if options != nil {
			if err := json.Unmarshal(options, &fields); err != nil {
				return arch.Arch{}, fmt.Errorf("arch %q: %w", text, err)
			}
		}
		fields["size"] = json.RawMessage(fmt.Sprint(size))
		if options, err = json.Marshal(fields); err != nil {
			return arch.Arch{}, fmt.Errorf("arch %q: %w", text, err)
		}
	}
	return Build(name, classes, options)
}

// Open is [Named], or the architecture of a file where the name ends in .json. Above 0, classes and size take the
// place of the architecture's own.
func Open(name string, classes, size int) (a arch.Arch, err error) {
	if !strings.HasSuffix(name, ".json") {
		return Named(name, classes, size)
	}
	text, err := durable.ReadFile(name, maxArch)
	if err != nil {
		return a, err
	}
	if a, err = arch.Read(bytes.TrimPrefix(text, []byte("\ufeff"))); err != nil {
		return a, fmt.Errorf("%s: %w", name, err)
	}
	if classes != 0 {
		a.Classes = classes
	}
	if size != 0 {
		a.Size = size
	}
	return a, nil
}
