package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/durable"
	"coadapt/gomlxnet/weights"
	"coadapt/transfer"

	"github.com/spf13/cobra"
)

// tensorsEnding is that of a file of safetensors.
const tensorsEnding = ".safetensors"

func weightsCommand(stdout, stderr io.Writer) *cobra.Command {
	c := &cobra.Command{
		Use:   "weights",
		Short: "Weights in and out: list a file's tensors, convert it, export a net for other programs",
		Long: "Weights are carried in files of safetensors, under torchvision's names for the nets that it has; " +
			"those of timm, Caffe's\n" +
			".caffemodel and .onnx are read, too. Shapes are checked against the net, and turned to the layouts of " +
			"either side.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(weightsShow(stdout), weightsImport(stdout), weightsExport(stdout, stderr))
	return c
}

// tensorRow is a tensor of a file.
type tensorRow struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Shape  string `json:"shape"`
	Values int    `json:"values"`
}

func weightsShow(stdout io.Writer) *cobra.Command {
	var f form
	c := &cobra.Command{
		Use:     "show FILE",
		Short:   "List the tensors of a file of weights: names, types, shapes",
		Example: "  coadapt weights show resnet18.safetensors",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			infos, notes, err := weights.Show(args[0])
			if err != nil {
				return err
			}
			rows, total := make([]tensorRow, len(infos)), 0
			for i, t := range infos {
				rows[i] = tensorRow{
					t.Name,
					t.Type,
					strings.ReplaceAll(strings.Trim(fmt.Sprint(t.Shape), "[]"), " ", "x"),
					t.Values(),
				}
				total += t.Values()
			}
			if !f.table() {
				return writeAll(&writer{form: f, w: stdout}, rows)
			}
			tw := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(tw, "tensor\ttype\tshape\tvalues")
			for _, r := range rows {
				fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", oneLine(r.Name), r.Type, r.Shape, thousands(int64(r.Values)))
			}
			fmt.Fprintf(tw, "%d tensors\t\t\t%s\n", len(rows), thousands(int64(total)))
			if err := tw.Flush(); err != nil {
				return err
			}
			for _, key := range slices.Sorted(maps.Keys(notes)) {
				fmt.Fprintf(stdout, "%s: %s\n", oneLine(key), notes[key])
			}
			return nil
		},
	}
	f.flags(c, "tensor")
	return c
}

func weightsImport(stdout io.Writer) *cobra.Command {
	var (
		a, out string
		size   int
	)
	c := &cobra.Command{
		Use:   "import FILE --arch NAME -o FILE.safetensors",
		Short: "Check a file of weights against a net, and write it under torchvision's names",
		Long: "Read the weights of a net from a file, safetensors, .caffemodel or .onnx, and write them as " +
			"safetensors under torchvision's names. It fails,\n" +
			"and says by which tensor, where the file is not of the net. The classes are those of the file.",
		Example: "  coadapt weights import bvlc_reference_caffenet.caffemodel --arch caffenet -o " +
			"caffenet.safetensors\n" +
			"  coadapt weights import timm-vgg11.safetensors --arch vgg11 -o vgg11.safetensors",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if a == "" {
				return errors.New("-arch: no net named, want one that the weights are of, as in coadapt arch")
			}
			if err := checkTensorsFile(out); err != nil {
				return err
			}
			a, err := namedArch(a, 0, size, "")
			if err != nil {
				return fmt.Errorf("-arch: %w", err)
			}
			if a.Classes, err = weights.Classes(args[0], a); err != nil {
				return err
			}
			w, err := weights.Read(args[0], a)
			if err != nil {
				return err
			}
			if err := weights.Write(out, a, w); err != nil {
				return fmt.Errorf("-o %s: %w", out, err)
			}
			_, total, err := a.Cost(arch.Cut{})
			fmt.Fprintf(stdout, "%s: %s, %d classes, %s parameters\n", out, a.Name, a.Classes,
				thousands(int64(total.Parameters)))
			return err
		},
	}
	c.Flags().StringVar(&a, "arch", "", "the net, as in coadapt arch: a name with its options, or a FILE.json")
	c.Flags().IntVar(&size, "size", 0,
		"pixels of the image, where inner products see more or fewer places (default: the net's)")
	c.Flags().StringVarP(&out, "output", "o", "", "file that ends in .safetensors")
	return c
}

func checkTensorsFile(out string) error {
	if !strings.HasSuffix(out, tensorsEnding) {
		return fmt.Errorf("-o %q: want a file that ends in %s", out, tensorsEnding)
	}
	return nil
}

func weightsExport(stdout, stderr io.Writer) *cobra.Command {
	var (
		out, data string
		where     storeFlag
	)
	c := &cobra.Command{
		Use:   "export NET|KEY -o FILE.safetensors|DIR/",
		Short: "Write a net of the store as safetensors, with a model card",
		Long: "Write the weights of a net of the store under the names and in the layouts that torchvision's " +
			"load_state_dict takes, and a model card\n" +
			"beside them, for people and for programs: what the net was trained on and how, what it is shown, how " +
			"well it does, how it is loaded.\n" +
			"A folder gets model.safetensors, README.md and card.json; a file NAME.safetensors gets NAME.README.md " +
			"and NAME.card.json.\n" +
			"The store has no pictures: with --data the card has the numbers of the mean that is subtracted, too.",
		Example: "  coadapt weights export 0/baseB -o baseB/ --data cifar100.zip\n  coadapt weights export " +
			"93c450bf2db3 -o a3b.safetensors",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			files, err := exportNames(out)
			if err != nil {
				return err
			}
			s, err := where.open()
			if err != nil {
				return err
			}
			key, err := (&finder{store: s, stderr: stderr}).one(args[0])
			if err != nil {
				return err
			}
			k, err := transfer.Recall(s, key)
			if err != nil {
				return err
			}
			var mean *arch.Tensor
			if data != "" {
				if mean, err = meanOf(c.Context(), k, data); err != nil {
					return fmt.Errorf("-data: %w", err)
				}
			}
			return exportNet(stdout, k, mean, files)
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "",
		"file that ends in .safetensors, or a folder, with a slash at its end where it is new")
	c.Flags().StringVar(&data, "data", "",
		"what the net was trained on, as in coadapt curve, for the numbers of the mean")
	where.flags(c.Flags())
	return c
}

// exportFiles are the files of a net that is exported.
type exportFiles struct{ weights, readme, card, mean string }

// exportNames are those of -o.
func exportNames(out string) (exportFiles, error) {
	info, err := os.Stat(out)
	if strings.HasSuffix(out, string(filepath.Separator)) || err == nil && info.IsDir() {
		return exportFiles{filepath.Join(out, "model"+tensorsEnding), filepath.Join(out, "README.md"),
			filepath.Join(out, "card.json"), filepath.Join(out, "mean"+tensorsEnding)}, durable.MakeDir(out)
	}
	if err := checkTensorsFile(out); err != nil {
		return exportFiles{}, fmt.Errorf("%w, or a folder", err)
	}
	stem := strings.TrimSuffix(out, tensorsEnding)
	return exportFiles{out, stem + ".README.md", stem + ".card.json", stem + ".mean" + tensorsEnding}, nil
}

// exportNet writes a net's weights and its card, and the mean that is subtracted of its pictures, where it is known.
func exportNet(stdout io.Writer, k *transfer.Kept, mean *arch.Tensor, files exportFiles) error {
	card, err := newCard(k, filepath.Base(files.weights))
	if err != nil {
		return err
	}
	if mean != nil {
		card.Input.Channels = channelMeans(*mean)
		if !k.Recipe.ChannelMean {
			card.Input.MeanFile = filepath.Base(files.mean)
			if err := weights.WriteTensors(files.mean,
				map[string]arch.Tensor{"mean": channelsFirst(*mean)}); err != nil {
				return fmt.Errorf("-o %s: %w", files.mean, err)
			}
		}
	}
	if err := weights.Write(files.weights, k.Arch, k.Weights); err != nil {
		return fmt.Errorf("-o %s: %w", files.weights, err)
	}
	for _, f := range []struct {
		name string
		fill func(io.Writer) error
	}{{files.readme, card.readme}, {files.card, card.json}} {
		if err := durable.WriteFile(f.name, f.fill); err != nil {
			return fmt.Errorf("-o %s: %w", f.name, err)
		}
	}
	fmt.Fprintf(stdout, "%s: %s of %s on %s; %s and %s\n", files.weights, k.Result.Net, k.Arch.Name, k.Result.Data,
		files.readme, files.card)
	return nil
}
