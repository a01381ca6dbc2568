package main

import (
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
)

// rootCommand is the command line; what the verbs have to say goes to out.
func rootCommand(out io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:         "kernel-setup",
		Annotations: map[string]string{cobra.CommandDisplayNameAnnotation: "go run ./kernel-setup"},
		Short:       "Set up coadapt: plugin, JupyterLab, Go kernel; check it, show it, test it, remove it",
		Long: "Set up coadapt on this machine and use it. All that is made lies in .coadapt at the root of the " +
			"clone; COADAPT_HOME moves it.\n" +
			"Flags take one dash or two.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(setupVerb(out), doctorVerb(out), demoVerb(out), testVerb(out), soakVerb(out), labVerb(out),
		runVerb(out), benchVerb(out), cleanVerb(out))
	return root
}

// verb is a command without arguments that runs where the clone is, and says what it has to say to out.
func verb(
	out io.Writer, use, short string, run func(s *site, c *cobra.Command, args []string) error,
) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := newSite(out)
			if err != nil {
				return err
			}
			return run(s, c, args)
		},
	}
}

func setupVerb(out io.Writer) *cobra.Command {
	var opt setupOptions
	c := verb(out, "setup", "Install what is missing; a second run checks and does nothing",
		func(s *site, c *cobra.Command, _ []string) error { return s.setup(c.Context(), opt) })
	c.Long = "Install what is missing: a Python environment with JupyterLab, GoNB and its tools, the coadapt " +
		"command, a PJRT plugin and the\n" +
		"kernel \"coadapt\"; then build what a first cell would wait for. Interrupted, it goes on where it was."
	pluginFlag(c, &opt)
	return c
}

func pluginFlag(c *cobra.Command, opt *setupOptions) {
	c.Flags().StringVar(&opt.plugin, "plugin", "",
		"PJRT plugin: wheel (CPU, linux/amd64's default), release (go-xla's CPU build, the default elsewhere),\n"+
			"cuda (NVIDIA, beside the CPU's), none (pure Go, slow); \"\" keeps what is there")
}

func doctorVerb(out io.Writer) *cobra.Command {
	var asJSON bool
	c := verb(out, "doctor", "Check everything, one line a check, and say how to mend what fails",
		func(s *site, c *cobra.Command, _ []string) error { return s.doctor(c.Context(), asJSON) })
	c.Flags().BoolVar(&asJSON, "json", false,
		"print an array of objects: name, ok, value, mend {debian, fedora, macos}, seconds")
	return c
}

func demoVerb(out io.Writer) *cobra.Command {
	var opt setupOptions
	c := verb(out, "demo", "Set up what the sixty-second notebook needs, run it, print its table",
		func(s *site, c *cobra.Command, _ []string) error { return s.demo(c.Context(), opt) })
	pluginFlag(c, &opt)
	return c
}

func testVerb(out io.Writer) *cobra.Command {
	var opt testOptions
	c := verb(out, "test",
		"Set up what is missing, then vet, all Go tests, the kernel, every notebook, and JupyterLab in a browser",
		func(s *site, c *cobra.Command, _ []string) error { return s.test(c.Context(), opt) })
	fl := c.Flags()
	fl.StringSliceVar(&opt.only, "only", nil,
		"parts to run, of vet, go, fuzz, kernel, notebooks, browser (default: all)")
	fl.DurationVar(&opt.fuzz, "fuzz-time", 0, "how long each fuzz test is run (default: 3s, with --only fuzz 30s)")
	fl.DurationVar(&opt.cell, "timeout", 10*time.Minute, "time limit of a notebook's cell")
	return c
}

func labVerb(out io.Writer) *cobra.Command {
	var opt labOptions
	c := verb(out, "lab", "Open JupyterLab at copies of the chapters on 127.0.0.1; Ctrl-C ends it",
		func(s *site, c *cobra.Command, _ []string) error { return s.lab(c.Context(), opt) })
	c.Long = "Open JupyterLab on 127.0.0.1 at copies of the chapters in .coadapt/lessons; Ctrl-C ends it. The copies " +
		"are yours: what you change is never\n" +
		"overwritten, and a chapter that changed since is put beside it. They show no results below a guess; " +
		"those of notebooks/ do."
	fl := c.Flags()
	fl.IntVar(&opt.port, "port", 0, "port on 127.0.0.1 (default: 8888, or a free one)")
	fl.BoolVar(&opt.noBrowser, "no-browser", false, "print the address only")
	fl.StringVar(&opt.folder, "folder", "", "folder of your copies (default: .coadapt/lessons)")
	fl.BoolVar(&opt.originals, "originals", false, "open notebooks/ itself, to change what the chapters say")
	return c
}

func runVerb(out io.Writer) *cobra.Command {
	var opt runOptions
	c := verb(out, "run NOTEBOOK", "Execute a notebook without a browser; write the executed copy and an HTML page",
		func(s *site, c *cobra.Command, args []string) error { return s.runVerb(c.Context(), args[0], opt) })
	c.Args = cobra.ExactArgs(1)
	fl := c.Flags()
	fl.StringVarP(&opt.dir, "output", "o", "", "folder of the executed copy and the page (default: .coadapt/runs)")
	fl.DurationVar(&opt.cell, "timeout", 10*time.Minute, "time limit of a cell")
	fl.BoolVar(&opt.pdf, "pdf", false, "print the page to a PDF too, by Chromium or Chrome")
	return c
}

// benchVerb prints what a bench finds to out and all else to stderr: -json is for programs.
func benchVerb(out io.Writer) *cobra.Command {
	c := verb(os.Stderr, "bench", "Time the nets beside PyTorch's and JAX's, turn by turn",
		func(s *site, c *cobra.Command, _ []string) error { return s.bench(c.Context(), out, c.Flags()) })
	benchFlags(c.Flags())
	curve := verb(os.Stderr, "curve [flags of coadapt bench curve]",
		"Time whole curves beside a PyTorch script: coadapt bench curve",
		func(s *site, c *cobra.Command, args []string) error { return s.benchCurve(c.Context(), out, args) })
	curve.Args, curve.DisableFlagParsing = nil, true // they are coadapt's
	c.AddCommand(curve)
	return c
}

func cleanVerb(out io.Writer) *cobra.Command {
	var store bool
	c := verb(out, "clean", "Remove what set-up made, and only that; results and executed notebooks stay",
		func(s *site, _ *cobra.Command, _ []string) error { return s.clean(store) })
	c.Flags().BoolVar(&store, "store", false, "remove the store of results and weights too")
	return c
}
