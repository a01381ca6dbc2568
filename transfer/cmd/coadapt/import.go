package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"coadapt/transfer"
	"coadapt/transfer/store"

	"github.com/spf13/cobra"
)

func storeImport(stdout, stderr io.Writer, openIt func() (*store.Store, error)) *cobra.Command {
	var most float64
	c := &cobra.Command{
		Use:   "import FILE...",
		Short: "Bring in the entries of archives that store export wrote",
		Long: "Bring in the entries of archives, whoever made them: .tar.zst, .tar.gz or .tar. Digests are compared, " +
			"keys must be those of what the\n" +
			"entries say that they are, and nothing is written but entries of the store. An entry that the store has " +
			"stays as it is.\n" +
			"One that is not taken is named, and all others are; the exit status is then 1.",
		Example: "  coadapt store import cifar100.tar.zst",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if !(most > 0 && most < 1e9) {
				return fmt.Errorf("-most %v: want gigabytes, above 0", most)
			}
			s, err := openIt()
			if err != nil {
				return err
			}
			i := importer{store: s, stdout: stdout, stderr: stderr}
			i.most, i.sized = int64(most*1e9), !c.Flags().Changed("most")
			faults := 0
			for _, name := range args {
				n, err := i.file(c.Context(), name)
				if c.Context().Err() != nil {
					return c.Context().Err()
				}
				if faults += n; err != nil {
					fmt.Fprintln(stderr, err)
					faults++
				}
			}
			if faults > 0 {
				return fmt.Errorf("%d faults; of the entries named above nothing is in the store", faults)
			}
			return nil
		},
	}
	c.Flags().Float64Var(&most, "most", 64,
		"gigabytes to which an archive may unpack; where it is not given, also 64 MiB and 64 times the archive's size")
	return c
}

// unpackRatio is how many times its size an archive may unpack to, beyond unpackAtLeast, where nothing else is asked
// for. Weights hardly compress: what is many times as large was made to fill the disk.
const (
	unpackRatio   = 64
	unpackAtLeast = 64 << 20
)

// importer brings archives into a store.
type importer struct {
	store          *store.Store
	most           int64 // bytes that an archive may unpack to
	sized          bool  // bound these by the archive's own size, too
	stdout, stderr io.Writer
}

// file counts the faults of an archive, which it names; its error is one of reading the file at all.
func (i *importer) file(ctx context.Context, name string) (faults int, err error) {
	f, err := openInput(ctx, name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if info.IsDir() {
		return 0, fmt.Errorf("%s is a folder, want an archive that store export wrote", name)
	}
	most := i.most
	if i.sized && info.Mode().IsRegular() && info.Size() < most/unpackRatio {
		most = min(most, unpackAtLeast+unpackRatio*info.Size())
	}
	in, err := unpack(f)
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case errors.Is(err, io.EOF):
		return 0, fmt.Errorf("%s is empty, want an archive that store export wrote", name)
	case err != nil:
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	defer in.Close()
	var (
		show       = newCounter(i.stderr, isTerminal(i.stderr), "reading", "MB")
		fresh, had int
	)
	for a, fault := range transfer.Import(ctx, i.store, in, most) {
		switch {
		case fault != nil:
			show.clear()
			fmt.Fprintf(i.stderr, "%s: %v\n", name, fault)
			faults++
		case a.New:
			fresh++
		default:
			had++
		}
		if at, err := f.Seek(0, io.SeekCurrent); err == nil { // how far it is; a pipe does not say
			show.count(int(at/1e6), int(info.Size()/1e6))
		}
	}
	show.clear()
	fmt.Fprintf(i.stdout, "%s: %d entries new, %d there before, %d faults\n", name, fresh, had, faults)
	return faults, nil
}

// openInput opens a file, which may be a pipe that a program writes to. Where ctx ends, waiting for that program
// does, too.
func openInput(ctx context.Context, name string) (*os.File, error) {
	type result struct {
		f   *os.File
		err error
	}
	got := make(chan result, 1)
	go func() {
		f, err := os.Open(name)
		got <- result{f, err}
	}()
	select {
	case r := <-got:
		if r.err == nil {
			context.AfterFunc(ctx, func() { _ = r.f.Close() }) // a second time does no harm
		}
		return r.f, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
