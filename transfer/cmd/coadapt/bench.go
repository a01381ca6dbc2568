package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"coadapt/gomlxnet/bench/peers"
	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/bench"

	"github.com/spf13/cobra"
)

func benchCommand(stdout, stderr io.Writer) *cobra.Command {
	c := &cobra.Command{
		Use:   "bench",
		Short: "Time whole curves beside PyTorch's; `go run ./kernel-setup bench` times single steps",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(benchCurveCommand(stdout, stderr))
	return c
}

// benchFlags are the flags of bench curve.
type benchFlags struct {
	experimentFlags
	python string
	json   bool
}

func benchCurveCommand(stdout, stderr io.Writer) *cobra.Command {
	var f benchFlags
	c := &cobra.Command{
		Use:   "curve",
		Short: "Train the nets of a grid here and in PyTorch, in turn, and compare what they take",
		Long: "Train the nets of a grid here and in PyTorch, in turn, and compare what they take. A turn is some " +
			"nets of a condition, of which as many as\n" +
			"--workers are trained beside each other here; PyTorch's side, a script that freezes with " +
			"requires_grad=False and keeps its pictures in memory, trains them one\n" +
			"after another on all cores. Ours goes into an empty store, which is removed afterwards. PyTorch's " +
			"threads wait by spinning: leave\n" +
			"OMP_WAIT_POLICY as it is, as PASSIVE makes them take twice as long for small nets, and time on a " +
			"machine that does nothing else.\n" +
			"`go run ./kernel-setup bench curve` is the same with an environment that has PyTorch made first.",
		Example: "  coadapt bench curve                          # the balanced miniature: split 0, seed 0, " +
			"cuts 1 to 7\n" +
			"  coadapt bench curve --cuts 4 --epochs 0.5         # 12 nets, in a few minutes\n" +
			"  coadapt bench curve --nets 0/A3B,0/B3B+ --batch 64",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c, stdout, stderr) },
	}
	f.experimentFlags.flags(c, "balanced")
	c.Flags().StringVar(&f.python, "python", "",
		"a Python that has PyTorch (default: that of `go run ./kernel-setup bench`)")
	c.Flags().BoolVar(&f.json, "json", false,
		"print a line of JSON a turn as it is done, then one a condition and one for all, whose case is \"curve\"")
	if err := c.Flags().MarkHidden("store"); err != nil { // it has one of its own
		panic(err)
	}
	return c
}

// settle is the pause before a turn.
const settle = 200 * time.Millisecond

func (f *benchFlags) run(c *cobra.Command, stdout, stderr io.Writer) (err error) {
	began, cpu := time.Now(), peers.CPUSeconds()
	if c.Flags().Changed("store") {
		return errors.New("-store is not for bench curve: it trains into an empty store")
	}
	if f.Precision != "float32" {
		return errors.New("-precision is not for bench curve: PyTorch's script trains in float32")
	}
	python, err := f.peersPython()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "coadapt-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	f.store = filepath.Join(dir, "store")
	contest := &bench.Contest{
		Dir:    dir,
		Settle: settle,
		Say:    func(format string, args ...any) { fmt.Fprintf(stderr, format+"\n", args...) },
	}
	if contest.Lab, contest.Nets, contest.Store, err = f.open(c.Context(), stderr, func(e transfer.Event) {
		contest.Hear(e)
		if e.Notice != "" {
			fmt.Fprintln(stderr, "note:", e.Notice)
		}
	}); err != nil {
		return err
	}
	defer contest.Lab.Close()
	contest.Started[0] = bench.Cost{Seconds: time.Since(began).Seconds(), CPU: peers.CPUSeconds() - cpu}
	if err := peers.Unpack(dir); err != nil {
		return err
	}
	began = time.Now()
	peer, err := peers.Start(c.Context(), python, dir, "curve_torch.py")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, peer.Close()) }()
	contest.Peer, contest.Started[1].Seconds = peer, time.Since(began).Seconds()
	turns, err := contest.Run(c.Context(), func(t bench.Turn) error {
		if f.json {
			return t.JSON(stdout)
		}
		return nil
	})
	if err != nil {
		return err
	}
	report := bench.Report{Peer: peer.Name(), Beside: contest.Lab.Workers(), Turns: turns, Started: contest.Started}
	if f.json {
		return report.JSON(stdout)
	}
	return report.Table(stdout)
}

// peersPython is the interpreter that has PyTorch.
func (f *benchFlags) peersPython() (string, error) {
	if f.python != "" {
		return f.python, nil
	}
	h, err := home.Locate()
	if err != nil {
		return "", err
	}
	python := filepath.Join(h.Peers(), "bin", "python")
	if _, err := os.Stat(python); err != nil {
		return "", fmt.Errorf("there is no PyTorch in %s: `go run ./kernel-setup bench curve` makes it, or -python "+
			"names a Python that has it", h.Peers())
	}
	return python, nil
}
