package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fields reads a protobuf message by hand: varints as numbers, the rest as bytes.
func fields(t *testing.T, b []byte, each func(number int, value uint64, data []byte)) {
	t.Helper()
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		b = b[n:]
		var value uint64
		var data []byte
		switch key & 7 {
		case 0:
			value, n = binary.Uvarint(b)
		case 1:
			value, n = binary.LittleEndian.Uint64(b), 8
		case 2:
			value, n = binary.Uvarint(b)
			data, n = b[n:n+int(value)], n+int(value)
		case 5:
			value, n = uint64(binary.LittleEndian.Uint32(b)), 4
		default:
			t.Fatalf("wire type %d", key&7)
		}
		b = b[n:]
		each(int(key>>3), value, data)
	}
}

// crc32c is bit by bit, as the table's slow twin.
func crc32c(data []byte) uint32 {
	crc := ^uint32(0)
	for _, x := range data {
		crc ^= uint32(x)
		for range 8 {
			crc = crc>>1 ^ 0x82f63b78&-(crc&1)
		}
	}
	return ^crc
}

// readEvents reads an event file: the version, and scalars as "tag step" to their value.
func readEvents(t *testing.T, file string) (version string, scalars map[string]float32) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	masked := func(data []byte) uint32 {
		c := crc32c(data)
		return ((c >> 15) | (c << 17)) + 0xa282ead8
	}
	scalars = map[string]float32{}
	for len(b) > 0 {
		n := int(binary.LittleEndian.Uint64(b))
		data := b[12 : 12+n]
		if binary.LittleEndian.Uint32(b[8:]) != masked(b[:8]) || binary.LittleEndian.Uint32(b[12+n:]) != masked(data) {
			t.Fatal("a sum is wrong")
		}
		b = b[16+n:]
		step := uint64(0)
		fields(t, data, func(number int, value uint64, data []byte) {
			switch number {
			case 2:
				step = value
			case 3:
				version = string(data)
			case 5:
				fields(t, data, func(_ int, _ uint64, data []byte) {
					var tag string
					fields(t, data, func(number int, value uint64, data []byte) {
						if number == 1 {
							tag = string(data)
						} else {
							scalars[fmt.Sprintf("%s %d", tag, step)] = math.Float32frombits(uint32(value))
						}
					})
				})
			}
		})
	}
	return version, scalars
}

// TestTensorBoard reads the event files back, by a reader of its own and, where a Python has it, by TensorBoard.
func TestTensorBoard(t *testing.T) {
	if sum := crc32c([]byte("123456789")); sum != 0xe3069283 { // the check value of RFC 3720's CRC-32C
		t.Fatalf("the test's sum is %08x", sum)
	}
	if status, _, errs := coadapt(t, t.Context(), tiny(t)...); status != 0 {
		t.Fatal(errs)
	}
	dir := filepath.Join(t.TempDir(), "a", "curves")
	for range 2 { // the second takes the place of the first
		if status, out, errs := coadapt(t, t.Context(), "store", "export", "-what", "tensorboard", "-o",
			dir); status != 0 ||
			!strings.Contains(out, "training curves of 4 nets") {
			t.Fatalf("status %d: %s%s", status, out, errs)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "0-A3B-*", "events.out.tfevents.*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v; want one file", files, err)
	}
	table := filepath.Join(t.TempDir(), "metrics.csv")
	if status, _, errs := coadapt(t, t.Context(), "store", "export", "-what", "metrics", "-nets", "0/A3B", "-o",
		table); status != 0 {
		t.Fatal(errs)
	}
	version, scalars := readEvents(t, files[0])
	if version != "brain.Event:2" || len(scalars) != 3*2+2 || scalars["rate 1"] <= 0 || scalars["loss 3"] <= 0 ||
		scalars["test/loss 3"] <= 0 {
		t.Errorf("version %q, scalars %v", version, scalars)
	}
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	for row := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(row), ",")
		var loss float32
		if _, err := fmt.Sscan(cells[4], &loss); err == nil && scalars["loss "+cells[3]] != loss {
			t.Errorf("loss at step %s: %v, want %v", cells[3], scalars["loss "+cells[3]], loss)
		}
	}
	for _, wrong := range []string{"x.csv", ""} {
		if status, _, errs := coadapt(t, t.Context(), "store", "export", "-what", "tensorboard", "-o",
			wrong); status != 1 ||
			!strings.Contains(errs, "want the name of one") {
			t.Errorf("-o %q: status %d: %s", wrong, status, errs)
		}
	}
	byTensorBoard(t, files[0], scalars)
}

const readBack = `import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1]); a.Reload()
print(json.dumps({"%s %d" % (tag, e.step): e.value for tag in a.Tags()["scalars"] for e in a.Scalars(tag)}))`

func byTensorBoard(t *testing.T, file string, want map[string]float32) {
	t.Helper()
	python := os.Getenv(tablePython)
	if python == "" {
		python = "python3"
	}
	if exec.CommandContext(t.Context(), python, "-c", "import tensorboard").Run() != nil {
		t.Logf("%s has no tensorboard: read by the test's own reader only", python)
		return
	}
	out, err := exec.CommandContext(t.Context(), python, "-c", readBack, file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]float32
	if err := json.Unmarshal(out, &got); err != nil || len(got) != len(want) {
		t.Fatalf("%s: %v", out, err)
	}
	for name, x := range want {
		if got[name] != x {
			t.Errorf("TensorBoard reads %s as %v, want %v", name, got[name], x)
		}
	}
}
