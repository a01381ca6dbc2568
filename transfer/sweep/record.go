package sweep

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"coadapt/gomlxnet/durable"
	"coadapt/transfer"
	"coadapt/transfer/store"
)

// Record describes a run: its nets, and the command that trains them.
type Record struct {
	ID         string    `json:"id"` // grid, data and a hash of the keys, such as mini-shapes-3f2a9c
	Grid       string    `json:"grid"`
	Data       string    `json:"data"`
	Experiment string    `json:"experiment"`
	Began      time.Time `json:"began"` // when it was first started
	Command    []string  `json:"command"`
	Dir        string    `json:"dir"` // in which the command was given
	Nets       []Member  `json:"nets"`
	Torn       string    `json:"-"` // why the record cannot be read: then only ID is set; "" if it is intact
}

// Member is a net of a run.
type Member struct {
	Net    transfer.Net `json:"net"`
	Key    string       `json:"key"`
	Parent string       `json:"parent,omitempty"` // key of the parent
	Steps  int          `json:"steps"`
	Cost   float64      `json:"cost"` // multiply-adds
}

// NewRecord makes the record of a run from the plans of all its nets, including
// parents. grid and data become part of its name.
func NewRecord(grid, data, experiment string, plans []*transfer.Plan) Record {
	r := Record{Grid: grid, Data: data, Experiment: experiment, Began: time.Now().UTC()}
	var keys []string
	for _, p := range plans {
		r.Nets = append(r.Nets, Member{p.Net, p.Key, p.ParentKey(), p.Recipe.Steps, float64(p.MultiplyAdds())})
		keys = append(keys, p.Key)
	}
	slices.Sort(keys)
	sum := sha256.Sum256([]byte(strings.Join(keys, "\n")))
	r.ID = fmt.Sprintf("%s-%s-%s", slug(grid), slug(data), hex.EncodeToString(sum[:3]))
	return r
}

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

// slug makes a short file name from a text.
func slug(text string) string {
	text = strings.Trim(notWord.ReplaceAllString(strings.ToLower(text), "-"), "-")
	if len(text) > 20 {
		text = strings.Trim(text[:20], "-")
	}
	if text == "" {
		return "x"
	}
	return text
}

const runsDir = "runs"

// Folder is the folder of a run's record, workers and logs.
func Folder(s *store.Store, id string) string { return filepath.Join(s.Dir(), runsDir, id) }

// Save writes the record. An intact record of a run that was begun before stays as it is.
func (r Record) Save(s *store.Store) error {
	dir := Folder(s, r.ID)
	if err := durable.MakeDir(filepath.Join(dir, workersDir)); err != nil {
		return fmt.Errorf("run %s: %w", r.ID, err)
	}
	file := filepath.Join(dir, recordFile)
	if _, err := os.Stat(file); err == nil {
		if old, err := Load(s, r.ID); err == nil && old.Torn == "" && slices.Equal(old.Nets, r.Nets) {
			return nil
		}
	}
	return writeJSON(file, r)
}

const recordFile = "run.json"

// Load reads a record. id may be the beginning of an ID if only one begins so; ""
// is the run that was worked on last, among those whose records are intact. A torn
// record, as after a power cut, is not an error: see Record.Torn.
func Load(s *store.Store, id string) (Record, error) {
	all, err := List(s)
	if err != nil {
		return Record{}, err
	}
	if len(all) == 0 {
		return Record{}, fmt.Errorf("store %s: no run yet; begin one with coadapt run", s.Dir())
	}
	if id == "" {
		for _, id := range all {
			if r, err := load(s, id); err != nil || r.Torn == "" {
				return r, err
			}
		}
		return load(s, all[0])
	}
	match := slices.DeleteFunc(slices.Clone(all), func(x string) bool { return !strings.HasPrefix(x, id) })
	switch {
	case slices.Contains(match, id):
		return load(s, id)
	case len(match) == 0:
		return Record{}, fmt.Errorf("run %q: no such run; there are %s", id, strings.Join(all, ", "))
	case len(match) > 1:
		return Record{}, fmt.Errorf("run %q: begins the names of %s", id, strings.Join(match, ", "))
	}
	return load(s, match[0])
}

func load(s *store.Store, id string) (Record, error) {
	file := filepath.Join(Folder(s, id), recordFile)
	torn := func(err error) (Record, error) {
		return Record{ID: id, Torn: fmt.Sprintf("run %s: %s: %v; the command that began the run writes it again", id,
			file, err)}, nil
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return torn(err)
	}
	if err != nil {
		return Record{}, fmt.Errorf("run %s: %w", id, err)
	}
	var r Record
	if err := json.Unmarshal(data, &r); err != nil {
		return torn(err)
	}
	if r.ID != id {
		return torn(fmt.Errorf("it is that of run %q", r.ID))
	}
	return r, nil
}

// List names all runs of a store, the one that was worked on last first.
func List(s *store.Store) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(s.Dir(), runsDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", s.Dir(), err)
	}
	began := map[string]time.Time{}
	var ids []string
	for _, e := range entries {
		// The folder of workers changes whenever a worker begins or ends.
		info, err := os.Stat(filepath.Join(s.Dir(), runsDir, e.Name(), workersDir))
		if err != nil {
			continue // not a run
		}
		ids, began[e.Name()] = append(ids, e.Name()), info.ModTime()
	}
	slices.SortStableFunc(ids, func(a, b string) int { return began[b].Compare(began[a]) })
	return ids, nil
}

// writeJSON writes a file atomically. It survives a power cut.
func writeJSON(file string, v any) error {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return durable.WriteBytes(file, append(data, '\n'))
}
