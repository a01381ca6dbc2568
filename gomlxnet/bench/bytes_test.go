package main

import (
	"slices"
	"testing"

	"coadapt/gomlxnet/backend"
)

// Given pictures as bytes, ours has the losses that it has of the images which the peers are given; a pass over test
// images stays as it is.
func TestBytesAreTheImages(t *testing.T) {
	infer := tiny()
	if infer.Infer = true; infer.asBytes().Name != infer.Name || infer.asBytes().Bytes {
		t.Error("testing takes no bytes")
	}
	c := tiny().asBytes()
	c.Nets = 2
	p, err := newProblem(t.TempDir(), c)
	if err != nil {
		t.Fatal(err)
	}
	if side := p.bytes.Height; c.Name != "tiny-bytes" || side != 27 || len(p.batches[0].pixels) != 3*27*27*3 {
		t.Fatalf("%s: pictures of %d pixels, %d bytes", c.Name, side, len(p.batches[0].pixels))
	}
	backend, err := backend.Open("go")
	if err != nil {
		t.Fatal(err)
	}
	o := &ours{backend: backend}
	defer o.close()
	var losses [][]float64
	for _, pre := range []bool{true, false} {
		given := *p
		if !pre {
			given.bytes = nil
		}
		if err := o.load(t.Context(), &given); err != nil {
			t.Fatal(err)
		}
		took, err := o.steps(t.Context(), 5, false)
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, took.Losses)
	}
	if len(losses[0]) != 5 || !slices.Equal(losses[0], losses[1]) {
		t.Errorf("losses %v of bytes, %v of images", losses[0], losses[1])
	}
}
