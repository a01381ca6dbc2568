package nb

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coadapt/transfer"
	"coadapt/transfer/reference"
	"coadapt/transfer/store"
)

// Stale says whether what the figure of this name was made of has changed since lab.Show drew it, and what: code or
// recipe, data, results in the store, the way it is drawn, and with a work also the list of its nets. It returns
// whether anything did.
func (l *Lab) Stale(name string, now ...Work) bool {
	changes, known, err := l.stale(name, now...)
	if err != nil {
		fail(err)
	}
	text := fmt.Sprintf("figure %s is as it would be drawn now", name)
	if !known {
		text += "; whether its nets are the same cannot be told, as they are of several experiments"
	}
	if len(changes) > 0 {
		text = fmt.Sprintf("figure %s is stale: %s", name, strings.Join(changes, "; "))
	}
	if err := say(text); err != nil {
		fail(err)
	}
	return len(changes) > 0
}

func (l *Lab) stale(name string, now ...Work) (changes []string, known bool, err error) {
	if !fileName.MatchString(name) {
		return nil, false, fmt.Errorf("figure name %q: want letters, digits, - and _", name)
	}
	if err := l.ready(); err != nil {
		return nil, false, err
	}
	was, err := l.kept(name)
	if err != nil {
		return nil, false, err
	}
	known = true
	own, err := l.stamp(name, nil)
	if err != nil {
		return nil, false, err
	}
	if was.Data != own.Data {
		changes = append(changes, fmt.Sprintf("it is of other data (%s, now %s)", was.Data, own.Data))
	}
	if !slices.Equal(was.Options, own.Options) {
		changes = append(
			changes,
			fmt.Sprintf("its nets were trained in another way (options %s, now %s)", said(was.Options),
				said(own.Options)),
		)
	}
	if was.Backend != own.Backend {
		changes = append(changes, fmt.Sprintf("it is of another backend (%s, now %s)", was.Backend, own.Backend))
	}
	switch mine := was.Experiment == own.Experiment; {
	case len(changes) > 0:
	case mine:
		changes, err = l.staleResults(was)
	case was.known() || was.Experiment == "" || was.Experiment == reference.Experiment:
		changes, known, err = was.Changes(l.ctx)
	default:
		changes = []string{
			fmt.Sprintf("the code, the recipe, the data or the split file are others (experiment %s, now %s)",
				was.Experiment, own.Experiment),
		}
	}
	if err != nil {
		return nil, false, err
	}
	drawing, err := drawingDigest(was.Kind)
	if err != nil {
		return nil, false, err
	}
	if drawing != was.Drawing && !slices.Contains(changes, drawnAnew) {
		changes = append(changes, drawnAnew)
	}
	for _, w := range now {
		nets, err := l.nets(w)
		if err != nil {
			return nil, false, err
		}
		changes = append(changes, differ(was.Nets, nets)...)
	}
	return changes, known, nil
}

// What is said of code, by Stale and by Stamp.Changes.
const (
	drawnAnew = "figures of its kind are drawn in another way now"
	otherNets = "the code, the recipe or the data give other nets than those drawn"
)

// kept is the stamp beside a figure.
func (l *Lab) kept(name string) (Stamp, error) {
	var s Stamp
	data, err := os.ReadFile(filepath.Join(l.home.Figures(), name+stampExt))
	if errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("figure %q was not drawn here yet; lab.Show(%q, ...) does", name, name)
	}
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return s, fmt.Errorf("figure %s: its stamp: %w; lab.Show(%q, ...) draws it again", name, err, name)
	}
	return s, nil
}

// staleResults compares the nets of a stamp of this lab's own experiment, by what the store has under their keys of
// now.
func (l *Lab) staleResults(was Stamp) (changes []string, err error) {
	var keys, missing []string
	var results []transfer.Result
	for _, name := range was.Nets {
		net, err := transfer.ParseNet(name)
		if err != nil {
			return nil, err
		}
		p, err := l.lab.Plan(l.ctx, net)
		if err != nil {
			return nil, err
		}
		keys = append(keys, p.Key)
		r, err := transfer.Lookup(l.store, p.Key)
		var broken *store.BrokenError
		switch {
		case errors.Is(err, store.ErrMissing) || errors.As(err, &broken):
			if !slices.Contains(was.Open, name) {
				missing = append(missing, name)
			}
			continue
		case err != nil:
			return nil, err
		}
		r.Net = net
		results = append(results, r)
	}
	switch {
	case len(was.Nets) == 0:
	case digest(keys...) != was.Keys:
		changes = append(changes, otherNets)
	case len(missing) > 0:
		changes = append(changes, "the store has these nets no more: "+strings.Join(missing, ", "))
	case resultsDigest(results) != was.Results:
		changes = append(changes, "the results in the store are others")
	}
	return changes, nil
}

// differ says which nets are new and which are gone.
func differ(was []string, now []transfer.Net) (changes []string) {
	var names, fresh, gone []string
	for _, n := range now {
		if names = append(names, n.String()); !slices.Contains(was, n.String()) {
			fresh = append(fresh, n.String())
		}
	}
	for _, n := range was {
		if !slices.Contains(names, n) {
			gone = append(gone, n)
		}
	}
	if len(fresh) > 0 {
		changes = append(changes, "these nets are not in it yet: "+strings.Join(fresh, ", "))
	}
	if len(gone) > 0 {
		changes = append(changes, "these nets of it are not asked for now: "+strings.Join(gone, ", "))
	}
	return changes
}

// said are flags in words.
func said(flags []string) string {
	if len(flags) == 0 {
		return "none"
	}
	return strings.Join(flags, " ")
}
