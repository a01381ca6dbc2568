package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/divide"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/dataset/pack"
	"coadapt/gomlxnet/dataset/picture"
	"coadapt/transfer/setup"

	"github.com/spf13/cobra"
)

// packFlags are the flags of pack, as typed.
type packFlags struct {
	json                 bool
	data, out, verify    string
	size, shard, workers int
	skipBad, turbo       bool
	parts                divide.Parts
}

func packCommand(stdout, stderr io.Writer) *cobra.Command {
	var f packFlags
	c := &cobra.Command{
		Use:   "pack",
		Short: "Decode and resize a data set once, into shards that are mapped into memory",
		Long: "Decode every picture, warp it to a square as the 2014 experiment did, and keep the pixels with their " +
			"checksums. --data of other commands takes the\n" +
			"folder in place of the pictures, and gives the same keys, unless --libjpeg-turbo was given. ILSVRC2012 " +
			"at 256 px takes 262 GB. An interrupted run goes on when started again.",
		Example: "  coadapt pack --data ilsvrc12/ -o ilsvrc12-256/\n  coadapt pack --verify ilsvrc12-256/",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.verify != "" {
				return f.check(c.Context(), stdout, stderr)
			}
			return f.run(c.Context(), stdout, stderr)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.data, "data", "", "a tree of pictures, ILSVRC2012's archives, or anything else that curve takes")
	fl.StringVarP(&f.out, "output", "o", "", "folder to pack into, new, empty, or one that this command was filling")
	fl.StringVar(&f.verify, "verify", "", "check every picture in this packed folder")
	fl.IntVar(&f.size, "size", 256, "pixels a side")
	fl.IntVar(&f.shard, "shard-mib", 256, "most MiB of a shard")
	fl.IntVar(&f.workers, "workers", 0, "goroutines that decode (default: one a core)")
	fl.BoolVar(&f.skipBad, "skip-bad", false,
		"leave out pictures that do not decode, and name them, instead of stopping")
	setup.PartFlags(&f.parts, fl)
	fl.BoolVar(&f.turbo, "libjpeg-turbo", false, "decode JPEGs with this machine's libjpeg-turbo, several times "+
		"faster; the pictures differ by a grey level and are other data")
	fl.BoolVar(&f.json, "json", false, "print what was done as a JSON object")
	c.MarkFlagsMutuallyExclusive("verify", "data")
	c.MarkFlagsMutuallyExclusive("verify", "output")
	return c
}

// packRecord is what pack prints.
type packRecord struct {
	Data     string  `json:"data"`
	Folder   string  `json:"folder"`
	Digest   string  `json:"digest"`
	Classes  int     `json:"classes"`
	Pictures int     `json:"pictures"`
	Train    int     `json:"train"`
	Test     int     `json:"test"`
	Size     int     `json:"size"`
	Shards   int     `json:"shards"`
	Kept     int     `json:"kept"` // shards that an earlier run had finished
	Bytes    int64   `json:"bytes"`
	Bad      int     `json:"bad"` // pictures left out
	Seconds  float64 `json:"seconds"`
}

func (f *packFlags) run(ctx context.Context, stdout, stderr io.Writer) error {
	switch {
	case f.data == "" || f.out == "":
		return errors.New("want -data PATH and -o FOLDER, or -verify FOLDER")
	case f.size < 1 || f.size > 4096:
		return fmt.Errorf("-size %d: want 1 to 4096 pixels; the 2014 experiment used 256", f.size)
	case f.shard < 1 || f.shard > 1<<20:
		return fmt.Errorf("-shard-mib %d: want 1 to %d", f.shard, 1<<20)
	case f.workers < 0:
		return fmt.Errorf("-workers %d: want a number above 0, or 0 for one a core", f.workers)
	}
	if err := setup.CheckParts(&f.parts); err != nil {
		return err
	}
	began := time.Now()
	open := formats.Options{Size: f.size, Parts: f.parts}
	if f.turbo {
		open.Decoder = picture.Turbo
	}
	opt := pack.Options{ShardBytes: int64(f.shard) << 20, Workers: f.workers}
	if f.skipBad {
		opt.Bad, open.Bad = dataset.BadSkips, dataset.BadSkips
	}
	src, err := formats.Open(ctx, f.data, open)
	if err != nil {
		return err
	}
	survey(stderr, src)
	show := newCounter(stderr, isTerminal(stderr), "packing", "pictures")
	opt.Progress = show.count
	report, err := pack.Write(ctx, src, f.out, opt)
	show.clear()
	if err != nil {
		return err
	}
	for _, b := range report.Bad {
		fmt.Fprintf(stderr, "note: left out %s: %v\n", b.Name, b.Err)
	}
	packed, err := formats.Open(ctx, f.out, formats.Options{})
	if err != nil {
		return err
	}
	rec := packRecord{
		Data:     src.Name(),
		Folder:   f.out,
		Digest:   packed.Digest(),
		Classes:  len(src.Classes()),
		Pictures: report.Pictures,
		Train:    packed.Len(dataset.Train),
		Test:     packed.Len(dataset.Test),
		Size:     f.size,
		Shards:   report.Shards,
		Kept:     report.Kept,
		Bytes:    report.Bytes,
		Bad:      len(report.Bad),
		Seconds:  time.Since(began).Seconds(),
	}
	if f.json {
		w := writer{form: form{json: true}, w: stdout}
		return w.write(rec)
	}
	fmt.Fprintf(stdout, "%s: %d pictures of %d classes at %d px (%d train, %d test), %.1f MB in %d shards, %d of "+
		"them there before; %d left out; %.1f s\n", f.out, rec.Pictures, rec.Classes, rec.Size, rec.Train, rec.Test,
		float64(rec.Bytes)/1e6, rec.Shards, rec.Kept, rec.Bad, rec.Seconds)
	return nil
}

// survey prints one line about what of a folder or an archive is read, and what is not.
func survey(w io.Writer, src dataset.Source) {
	if s, ok := src.(dataset.Surveyor); ok {
		fmt.Fprintln(w, "data:", s.Survey())
	}
}

func (f *packFlags) check(ctx context.Context, stdout, stderr io.Writer) error {
	src, err := formats.Open(ctx, f.verify, formats.Options{})
	if err != nil {
		return fmt.Errorf("-verify: %w", err)
	}
	packed, ok := src.(*pack.Folder)
	if !ok {
		return fmt.Errorf("-verify %s: this is no packed folder; coadapt pack makes one", f.verify)
	}
	defer packed.Close()
	show := newCounter(stderr, isTerminal(stderr), "checking", "pictures")
	err = packed.Verify(ctx, show.count)
	show.clear()
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: all %d pictures are as they were packed\n", f.verify,
		packed.Len(dataset.Train)+packed.Len(dataset.Test))
	return nil
}
