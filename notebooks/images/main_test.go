package main

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"testing"
)

// TestDiagramIsKept compares what the program draws with the file that the README shows.
func TestDiagramIsKept(t *testing.T) {
	var drawn bytes.Buffer
	if err := draw(&drawn); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("cut.svg")
	if err != nil || !bytes.Equal(kept, drawn.Bytes()) {
		t.Errorf("cut.svg is not what the program draws (%v): go run ./notebooks/images > notebooks/images/cut.svg",
			err)
	}
	for d := xml.NewDecoder(&drawn); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("cut.svg is no XML: %v", err)
		}
	}
}
