package nb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/reference"
	"coadapt/transfer/setup"
	"coadapt/transfer/store"

	"github.com/spf13/pflag"
)

// Stamp says what a figure was made of. It holds no version of any source file: keys of nets cover what changes a
// number (architecture, recipe, data, semantics), and Drawing what changes a picture, so that other edits leave a
// figure as good as it was.
type Stamp struct {
	Figure string `json:"figure"`
	Kind   string `json:"kind,omitempty"` // of the drawing; "" where it is not one of results
	Data   string `json:"data"`           // as Open takes it, of files their name alone
	// flags of coadapt curve that say the same as the options of Open, files by their names alone
	Options    []string `json:"options,omitempty"`
	Backend    string   `json:"backend"`    // its class
	Experiment string   `json:"experiment"` // of the results; "" where they are of several
	Nets       []string `json:"nets,omitempty"`
	Keys       string   `json:"keys,omitempty"` // digest of the nets' keys
	// nets that had failed or were blocked: the store has no entry of those
	Open    []string `json:"open,omitempty"`
	Results string   `json:"results,omitempty"` // digest of the numbers of all others
	Drawing string   `json:"drawing,omitempty"` // digest of what Kind draws of a sample
}

const (
	stampField = "coadapt" // of an output's metadata
	stampExt   = ".json"
)

func (l *Lab) stamp(name string, fig figure.Drawing) (Stamp, error) {
	said := l.set.Options
	if err := said.Files(func(path string) (string, error) { return filepath.Base(path), nil }); err != nil {
		return Stamp{}, err
	}
	s := Stamp{Figure: name, Data: said.Data, Backend: l.config.Class, Experiment: l.lab.Experiment(),
		Options: slices.DeleteFunc(said.Args(), func(a string) bool { return strings.HasPrefix(a, "--data=") })}
	if !l.procedural() {
		s.Data = l.source.Name() // paths are nobody else's business
	}
	d, ok := fig.(drawn)
	if !ok {
		return s, nil
	}
	s.Kind = d.kind
	var keys []string
	for i, r := range d.results {
		s.Nets, keys = append(s.Nets, r.Net.String()), append(keys, r.Key)
		if open(r) {
			s.Open = append(s.Open, r.Net.String())
		}
		switch {
		case i == 0:
			s.Experiment = r.Experiment
		case r.Experiment != s.Experiment:
			s.Experiment = ""
		}
	}
	s.Keys, s.Results = digest(keys...), resultsDigest(d.results)
	var err error
	s.Drawing, err = drawingDigest(d.kind)
	return s, err
}

// digest is short: it tells changes, not attacks.
func digest(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%d %s\n", len(t), t)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// open says that a net has no result that is kept.
func open(r transfer.Result) bool { return r.Status == transfer.Failed || r.Status == transfer.Blocked }

func resultsDigest(results []transfer.Result) string {
	var lines []string
	for _, r := range results {
		if open(r) {
			continue
		}
		lines = append(lines,
			fmt.Sprintf("%s %s %d/%d %v %v %v", r.Net, r.Status, r.Correct, r.Tested, r.Accuracy, r.Loss, r.TrainLoss))
	}
	return digest(lines...)
}

// drawingDigest is of the picture that a kind of drawing makes of the nets of 2014. "" is that of no kind.
func drawingDigest(kind string) (string, error) {
	make, ok := kinds()[kind]
	if !ok {
		return "", nil
	}
	sample, err := reference.Results(transfer.BestTen)
	if err != nil {
		return "", err
	}
	fig, err := make(sample)
	if err != nil {
		return "", fmt.Errorf("%s of the nets of 2014: %w", kind, err)
	}
	var svg bytes.Buffer
	if err := fig.SVG(&svg); err != nil {
		return "", err
	}
	return digest(svg.String()), nil
}

// Changes says in what the code would not make the figure as it was made; nothing where it would. It trains nothing
// and needs no store: nets are compared by their keys, on the stamp's own backend. ok is false where that cannot be
// told, as the data are files that the stamp has no way to, or as the results are of several experiments.
func (s Stamp) Changes(ctx context.Context) (changes []string, ok bool, err error) {
	drawing, err := drawingDigest(s.Kind)
	if err != nil {
		return nil, false, err
	}
	if drawing != s.Drawing {
		changes = append(changes, drawnAnew)
	}
	switch {
	case len(s.Nets) == 0:
		return changes, true, nil
	case s.Experiment == reference.Experiment:
		all, err := reference.Results(transfer.BestTen)
		if err != nil {
			return nil, false, err
		}
		all = slices.DeleteFunc(all, func(r transfer.Result) bool { return !slices.Contains(s.Nets, r.Net.String()) })
		if resultsDigest(all) != s.Results {
			changes = append(changes, "the numbers of 2014 are others")
		}
		return changes, true, nil
	case s.Experiment == "":
		return changes, false, nil
	}
	h, err := home.Locate()
	if err != nil {
		return nil, false, err
	}
	if same, err := s.savedAs(h); same || err != nil {
		return changes, true, err
	}
	if !s.known() {
		return changes, false, nil
	}
	keys, err := s.keys(ctx)
	if err != nil {
		return nil, false, err
	}
	if digest(keys...) != s.Keys {
		changes = append(changes, otherNets)
	}
	return changes, true, nil
}

// settings are those that the figure's lab had, but for where files lie.
func (s Stamp) settings() (settings, error) {
	set := settings{Options: setup.Default()}
	fl := pflag.NewFlagSet("stamp", pflag.ContinueOnError)
	set.Flags(fl)
	err := fl.Parse(s.Options)
	set.Data = s.Data
	return set, err
}

// known says that the stamp's data, classes and nets can be had again without a file.
func (s Stamp) known() bool {
	set, err := s.settings()
	files := 0
	ferr := set.Files(func(path string) (string, error) { files++; return path, nil })
	return err == nil && ferr == nil && files == 0
}

// keys are what the code gives the stamp's nets.
func (s Stamp) keys(ctx context.Context) ([]string, error) {
	set, err := s.settings()
	if err != nil {
		return nil, err
	}
	cfg, err := configure(ctx, set)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "coadapt-stamp-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cfg.Class = s.Backend
	if cfg.Store, err = store.Open(dir); err != nil {
		return nil, err
	}
	lab, err := transfer.NewLab(cfg)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, name := range s.Nets {
		net, err := transfer.ParseNet(name)
		if err != nil {
			return nil, err
		}
		p, err := lab.Plan(ctx, net)
		if err != nil {
			return nil, err
		}
		keys = append(keys, p.Key)
	}
	return keys, nil
}

// Stamps are those of all figures in a saved notebook (an .ipynb's bytes), in its order.
func Stamps(notebook []byte) ([]Stamp, error) {
	var doc struct {
		Cells []struct {
			Outputs []struct {
				Metadata map[string]json.RawMessage `json:"metadata"`
			} `json:"outputs"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(notebook, &doc); err != nil {
		return nil, fmt.Errorf("notebook: %w", err)
	}
	var all []Stamp
	for i, c := range doc.Cells {
		for _, o := range c.Outputs {
			raw, ok := o.Metadata[stampField]
			if !ok {
				continue
			}
			var text string
			var s Stamp
			err := json.Unmarshal(raw, &text)
			if err == nil {
				err = json.Unmarshal([]byte(text), &s)
			}
			if err != nil {
				return nil, fmt.Errorf("notebook, cell %d: stamp %s: %w", i+1, raw, err)
			}
			all = append(all, s)
		}
	}
	return all, nil
}
