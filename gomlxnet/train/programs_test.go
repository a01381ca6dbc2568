package train

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op/optest"

	"github.com/go-logr/logr"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/support/exceptions"
	"k8s.io/klog/v2"
)

const programsFile = "../testdata/programs.json"

var updatePrograms = flag.Bool("update-programs", false, "write "+programsFile)

// The graphs of today's nets are, to the letter, those that results in stores were computed by: the programs that XLA
// is given, and the canonical JSON that is part of their keys. A new version of GoMLX may change programs: then
// compare weights bit by bit before writing the file again with -update-programs.
func TestProgramsStay(t *testing.T) {
	backend := optest.Open(t, "xla:cpu")
	got := map[string]string{}
	hash := func(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text))[:16] }
	caffe := nets.CaffeNet(1000)
	dropped := nets.Mini(10, nets.MiniOptions{Size: 24, Dropout: 0.5, Groups: 2, Init: nets.CaffeInit})
	half := nets.Mini(10, nets.MiniOptions{})
	half.Precision = arch.BFloat16
	for name, a := range map[string]arch.Arch{
		"caffenet": caffe, "mini": nets.Mini(50, nets.MiniOptions{}), "dropped": dropped, "half": half,
		"small": nets.Mini(2, nets.MiniOptions{Size: 16, Channels: 1, NoLRN: true, Widths: [7]int{4, 4, 4, 4, 4, 8, 8},
			Init: nets.GaussInit}),
	} {
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		got[name+" json"] = hash(text)
		// It is not closed: that would wait for the compiler, which was stopped.
		trainer, err := New(backend, a, SGD{Momentum: 0.9, Decay: 0.0005}, 4)
		if err != nil {
			t.Fatal(err)
		}
		program := func(what string, p *program, err error, inputs ...shapes.Shape) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			got[name+" "+what] = hash(programText(t, p, inputs))
		}
		images, labels := input{[]float32{}, a.Input().Shape(4)}.shape(), input{[]int32{}, []int{4}}.shape()
		state := input{[]uint64{}, []int{3}}.shape()
		eval, err := trainer.program("testing", 1, 2, trainer.evalGraph)
		program("eval", eval, err, images, labels)
		for _, cut := range []arch.Cut{{}, {N: 1, Frozen: true}, {N: 3, Frozen: true}, {N: 7, Frozen: true}} {
			trainer.cut = cut
			of := fmt.Sprintf("{N:%d Frozen:%t}", cut.N, cut.Frozen)
			p, err := trainer.stepProgram(entry{})
			program(fmt.Sprintf("step %s", of), p, err, images, labels, state)
			from, above := 0, a.Input().Shape(4)
			if from = a.StaticBlocks(cut); from > 0 {
				above = trainer.dims[from].In.Shape(4)
				p, err = trainer.stepProgram(entry{from: from})
				program(fmt.Sprintf("step above %s", of), p, err, input{[]float32{}, above}.shape(), labels, state)
			}
			for nets := 1; nets <= 2; nets++ {
				p, err = trainer.blockProgram(entry{from: from}, nets)
				var in []shapes.Shape
				for range nets {
					in = append(in, input{[]float32{}, append([]int{5}, above...)}.shape(),
						input{[]int32{}, []int{5, 4}}.shape(),
						input{[]float32{}, []int{5}}.shape(), input{[]uint64{}, []int{5, 3}}.shape())
				}
				program(fmt.Sprintf("block of %d %s", nets, of), p, err, append(in, input{[]int32{}, nil}.shape())...)
			}
		}
	}
	if *updatePrograms {
		text, _ := json.MarshalIndent(got, "", "\t")
		if err := os.WriteFile(programsFile, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(programsFile)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s: %s, want %s", name, got[name], w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d programs, want %d", len(got), len(want))
	}
}

// programText is what XLA is given for a program. It is not compiled, which would take minutes: the log message stops
// it.
func programText(t *testing.T, p *program, inputs []shapes.Shape) (text []byte) {
	t.Helper()
	var level klog.Level
	_ = level.Set("2")
	defer func() { _ = level.Set("0") }()
	klog.SetLogger(logr.New(programSink(func(message string) {
		if strings.HasPrefix(message, "StableHLO program:") {
			text = []byte(counter.ReplaceAllString(message, "#"))
			panic(errStopped)
		}
	})))
	defer klog.ClearLogger()
	if err := exceptions.TryCatch[error](func() { _, _ = p.exec.Compile(inputs...) }); text == nil {
		t.Fatalf("no program was logged: %v", err)
	}
	return text
}

var (
	errStopped = fmt.Errorf("a test has stopped the compiler")
	counter    = regexp.MustCompile(`#\d+`) // of all graphs
)

// programSink is a log that a function reads.
type programSink func(message string)

func (programSink) Init(logr.RuntimeInfo)                  {}
func (programSink) Enabled(int) bool                       { return true }
func (s programSink) Info(_ int, message string, _ ...any) { s(message) }
func (programSink) Error(error, string, ...any)            {}
func (s programSink) WithValues(...any) logr.LogSink       { return s }
func (s programSink) WithName(string) logr.LogSink         { return s }
