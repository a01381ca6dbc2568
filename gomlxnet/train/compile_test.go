package train

import (
	"context"
	"errors"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op/optest"
)

// TestInterrupt: a step that waits for the compiler ends with its context, with the net as it was, and a later one
// goes on to the same weights. The compiler is held up, so that it cannot be done before.
func TestInterrupt(t *testing.T) {
	backend := optest.Open(t, "go")
	plain, stopped := newTiny(t, backend, 0.5), newTiny(t, backend, 0.5)
	w, err := plain.arch.Init(1)
	if err != nil {
		t.Fatal(err)
	}
	want := trainSteps(t, plain, w, arch.Cut{}, 0, 2)
	if err := stopped.Load(w, arch.Cut{}); err != nil {
		t.Fatal(err)
	}
	images, labels := nettest.Batch(stopped.arch, stopped.batch, 0)
	compiling.Lock()
	ctx, cancel := context.WithCancel(t.Context())
	stopped.Interrupt(ctx)
	failed := make(chan error)
	go func() {
		_, err := stopped.Step(images, labels, 0.05, 9, 0)
		failed <- err
	}()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("a step that was interrupted: %v", err)
	}
	compiling.Unlock()
	stopped.Interrupt(t.Context())
	got := moreSteps(t, stopped, 0, 2)
	for path := range want {
		if !nettest.EqualBits(want[path], got[path]) {
			t.Errorf("%s is another after the interrupt", path)
		}
	}
}

// TestCloseWhileCompiling: a trainer is closed without waiting for the compiler, and leaves it what it works on.
func TestCloseWhileCompiling(t *testing.T) {
	trainer, err := New(optest.Open(t, "go"), nettest.Tiny(4, 0), SGD{}, tinyBatchSize)
	if err != nil {
		t.Fatal(err)
	}
	eval, err := trainer.program("testing", 1, 2, trainer.evalGraph)
	if err != nil {
		t.Fatal(err)
	}
	eval.making.Lock()
	trainer.Close()
	eval.making.Unlock()
	in := []input{{[]float32(nil), trainer.arch.Input().Shape(trainer.batch)}, {[]int32(nil), []int{trainer.batch}}}
	if _, err := eval.exec.Compile(in[0].shape(), in[1].shape()); err != nil {
		t.Errorf("the graph that was being compiled is gone: %v", err)
	}
	eval.free()
}
