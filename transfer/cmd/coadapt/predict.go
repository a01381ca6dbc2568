package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/predict"

	"github.com/spf13/cobra"
)

// predictFlags are the flags of predict, as typed.
type predictFlags struct {
	form
	experimentFlags
	top         int
	calibration bool
	mapFile     string
}

// notOfOneNet are flags about many nets, or about training.
var notOfOneNet = []string{"grid", "nets", "splits", "seeds", "conditions", "cuts", "workers", "bytes", "checkpoint"}

func predictCommand(stdout, stderr io.Writer) *cobra.Command {
	var f predictFlags
	c := &cobra.Command{
		Use:   "predict NET [PICTURE...]",
		Short: "Show pictures to a trained net: its likeliest classes, its calibration, where it looks",
		Long: "Show pictures to a net of the store: " + nameHelp + ".\n" +
			"They are decoded, cut and reduced by the mean as those of its test were. Data and dials are those of " +
			"the run that trained it, as the store has\n" +
			"its command; give --data and the dials where it has none, such as for nets of an archive. Pictures " +
			"that cannot be read are named, and the\n" +
			"others go on; the exit status is then 1.",
		Example: "  coadapt predict 0/baseB cat.jpg dog.png\n  coadapt predict 93c450bf2db3 *.png --json\n" +
			"  coadapt predict 0/A3B cat.jpg --map cat-map.png         # where in the picture the evidence is\n" +
			"  coadapt predict 0/baseB --calibration                   # how far its probabilities can be trusted",
		Args: cobra.ArbitraryArgs, // check asks for a net
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(c, args); err != nil {
				return err
			}
			return f.run(c, args, stdout, stderr)
		},
	}
	f.experimentFlags.flags(c, defaultGrid)
	for _, name := range notOfOneNet {
		if err := c.Flags().MarkHidden(name); err != nil {
			panic(err)
		}
	}
	fl := c.Flags()
	fl.IntVar(&f.top, "top", 5, "how many of a picture's likeliest classes")
	fl.BoolVar(&f.calibration, "calibration", false, "compare confidence and accuracy on the test part: a table, "+
		"and the expected calibration error")
	fl.StringVar(&f.mapFile, "map", "", "draw to this .png, .svg or .pdf file where in the pictures the evidence "+
		"is: by hiding squares, and the\n"+
		"class-activation map of nets that end in a global average")
	f.form.flags(c, "class of a picture, or with --calibration one")
	return c
}

// check refuses what cannot be asked, before anything is opened.
func (f *predictFlags) check(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return errors.New("no net, want " + nameHelp + ", and behind it files of pictures")
	}
	for _, name := range notOfOneNet {
		if c.Flags().Changed(name) {
			return fmt.Errorf("-%s: predict shows pictures to one net, which stands before them; leave the flag out",
				name)
		}
	}
	pictures := len(args) - 1
	switch {
	case pictures == 0 && !f.calibration:
		return errors.New("no picture, want the files of some after the net, or -calibration")
	case pictures == 0 && f.mapFile != "":
		return errors.New("-map: no picture to draw; name some after the net")
	case pictures > 0 && f.calibration && f.csv:
		return errors.New("-calibration: with -csv it is a table of its own; leave the pictures out")
	case f.top < 1:
		return fmt.Errorf("-top %d: want a number from 1", f.top)
	case pictures > mostMapped && f.mapFile != "":
		return fmt.Errorf("-map: %d pictures, want %d at most in one figure", pictures, mostMapped)
	}
	return checkFigure("map", f.mapFile)
}

// mostMapped keeps a figure of maps readable.
const mostMapped = 40

func (f *predictFlags) run(c *cobra.Command, args []string, stdout, stderr io.Writer) error {
	ctx := c.Context()
	net, p, err := f.predictor(c, args[0], stderr)
	if err != nil {
		return err
	}
	defer p.Close()
	out := answers{predictFlags: f, net: net, predictor: p, stdout: stdout, stderr: stderr}
	if err := out.pictures(ctx, args[1:]); err != nil {
		return err
	}
	if f.calibration {
		cal, err := p.Calibrate(ctx)
		if err != nil {
			return err
		}
		if err := out.calibration(cal); err != nil {
			return err
		}
	}
	return out.end()
}

// predictor finds the net and makes it ready.
func (f *predictFlags) predictor(c *cobra.Command, word string, stderr io.Writer) (transfer.Result,
	*predict.Predictor, error) {
	fail := func(err error) (transfer.Result, *predict.Predictor, error) { return transfer.Result{}, nil, err }
	ctx := c.Context()
	h, err := home.Locate()
	if err != nil {
		return fail(err)
	}
	s, err := openStore(h, f.store)
	if err != nil {
		return fail(err)
	}
	key, err := (&finder{store: s, stderr: stderr}).one(word)
	if err != nil {
		return fail(err)
	}
	r, err := transfer.Lookup(s, key)
	if err != nil {
		return fail(err)
	}
	r = r.Judged()
	from, err := f.asTrained(c, s, key)
	if err != nil {
		return fail(err)
	}
	cfg, err := f.settled(ctx, stderr)
	if err != nil {
		return fail(fmt.Errorf("%w%s", err, from))
	}
	cfg.Store, cfg.Devices, cfg.Together = s, 0, 0
	if cfg.Class, err = transfer.ClassOf(s, key); err != nil {
		return fail(err)
	}
	lab, err := transfer.NewLab(cfg)
	if err != nil {
		return fail(err)
	}
	defer lab.Close()
	net, err := lab.Trained(ctx, r)
	if err != nil {
		return fail(fmt.Errorf("%w%s", err, from))
	}
	b, err := f.openBackend(h, stderr)
	if err != nil {
		return fail(err)
	}
	p, err := predict.New(b, net)
	return r, p, err
}

// answers are what predict prints.
type answers struct {
	*predictFlags
	net            transfer.Result
	predictor      *predict.Predictor
	stdout, stderr io.Writer
	rows           []figure.Evidence
	bad            int
}

// guessRecord is a class that a picture may be of.
type guessRecord struct {
	Name        string  `json:"name"` // of the net
	Key         string  `json:"key"`
	Picture     string  `json:"picture"`
	Rank        int     `json:"rank"`  // from 1
	Class       string  `json:"class"` // "" for an output that is no class
	Title       string  `json:"title"`
	Probability float64 `json:"probability"`
}

// pictures shows files to the net, a batch of them at a time.
func (s *answers) pictures(ctx context.Context, files []string) error {
	table := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	out := writer{form: s.form, w: s.stdout}
	for len(files) > 0 {
		n := min(len(files), s.predictor.Recipe.Batch)
		seen, names, inputs := []dataset.Seen{}, []string{}, [][]float32{}
		for _, file := range files[:n] {
			one, err := s.predictor.See(file)
			if err != nil {
				s.bad++
				fmt.Fprintln(s.stderr, err)
				continue
			}
			seen, names, inputs = append(seen, one), append(names, file), append(inputs, one.Input)
		}
		files = files[n:]
		logits, err := s.predictor.Logits(ctx, inputs)
		if err != nil {
			return err
		}
		for i, row := range logits {
			top := s.predictor.Top(row, s.top)
			for k, g := range top {
				if s.table() {
					fmt.Fprintf(table, "%s\t%d\t%.4f\t%s\n", harmless(names[i]), k+1, g.Probability, harmless(g.Title))
					continue
				}
				r := guessRecord{s.net.Net.String(), s.net.Key, names[i], k + 1, g.Class, g.Title, g.Probability}
				if err := out.write(r); err != nil {
					return err
				}
			}
			if err := s.maps(ctx, names[i], seen[i], top[0]); err != nil {
				return err
			}
		}
	}
	return table.Flush()
}

// maps makes the maps of one picture, where they are asked for.
func (s *answers) maps(ctx context.Context, name string, seen dataset.Seen, guess predict.Guess) error {
	if s.mapFile == "" {
		return nil
	}
	row, err := predict.Evidence(ctx, s.predictor, name, seen, guess)
	s.rows = append(s.rows, row)
	return err
}

// end draws the maps, and is an error where pictures could not be read.
func (s *answers) end() error {
	if s.mapFile != "" && len(s.rows) > 0 {
		fig, err := figure.Evidences(s.net.Net.String(), s.rows, figure.Options{Caption: s.predictor.Caption()})
		if err != nil {
			return err
		}
		if err := write(fig, s.mapFile); err != nil {
			return err
		}
	}
	if s.bad > 0 {
		return fmt.Errorf("%d pictures could not be read", s.bad)
	}
	return nil
}

// binRecord is a bin of a calibration, with what is the same for all.
type binRecord struct {
	Name       string  `json:"name"`
	Key        string  `json:"key"`
	ECE        float64 `json:"ece"`
	MCE        float64 `json:"mce"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Pictures   int     `json:"pictures"`
	Accuracy   float64 `json:"accuracy"` // 0 without pictures, as is Confidence
	Confidence float64 `json:"confidence"`
}

// calibration prints bins with pictures, and the whole.
func (s *answers) calibration(c predict.Calibration) error {
	if !s.table() {
		return writeEach(&writer{form: s.form, w: s.stdout}, c.Bins, func(b predict.Bin) binRecord {
			return binRecord{s.net.Net.String(), s.net.Key, c.ECE, c.MCE, b.Low, b.High, b.Pictures, b.Accuracy,
				b.Confidence}
		})
	}
	table := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "confidence\tpictures\tmean confidence\taccuracy\tdifference\t")
	for _, b := range c.Bins {
		if b.Pictures > 0 {
			fmt.Fprintf(table, "%.3f to %.3f\t%d\t%.3f\t%.3f\t%+.3f\t\n", b.Low, b.High, b.Pictures, b.Confidence,
				b.Accuracy, b.Accuracy-b.Confidence)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.stdout, "\n%s on its %d test pictures: accuracy %.3f at a mean confidence of %.3f; "+
		"expected calibration error %.3f, largest %.3f (%d bins)\n",
		s.net.Net, c.Pictures, c.Accuracy, c.Confidence, c.ECE, c.MCE, len(c.Bins))
	return err
}
