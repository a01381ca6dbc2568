package store

import (
	"archive/tar"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Limits bound what Import takes out of an archive, whatever that says of itself.
type Limits struct {
	Entries int                     // and members that belong to none
	Size    func(name string) int64 // the most bytes of a file of this name, 0 for names that no entry has
	Total   int64                   // the most bytes of the stream, unpacked
}

// noteSize is the most bytes of an entry's digests and of its list of dropped files.
const noteSize = 1 << 20

// Import brings in the entries of a tar stream such as Export writes. Each is
// written to a stage folder, its digests are compared, check looks at what is
// in it, and the folder is renamed; an entry that the store has stays. It
// yields each entry, or the fault of one that is not taken, and goes on. Where
// the stream is damaged, beyond the limits or ended by ctx, or the disk is full, that is the
// last fault. Entries that were yielded are in the store, of others there is nothing.
//
// Only plain files are written, under keys and names that limits knows. A
// member of another name or kind, one that is too large and one that comes
// twice are faults, as is an entry whose files do not all lie together.
func (s *Store) Import(ctx context.Context, r io.Reader, limits Limits, check func(key string, files Files) error) iter.Seq2[Archived, error] {
	return func(yield func(Archived, error) bool) {
		im := &importer{store: s, limits: limits, check: check, yield: yield, keys: make(map[string]bool)}
		defer im.close()
		err := im.run(ctx, &bounded{r: r, left: limits.Total, most: limits.Total})
		switch {
		case err == nil || errors.Is(err, errEnough):
		case im.key != "":
			yield(Archived{}, fmt.Errorf("archive, at entry %s: %w", im.key, err))
		default:
			yield(Archived{}, fmt.Errorf("archive: %w", err))
		}
	}
}

// errEnough says that the caller wants no more.
var errEnough = errors.New("the iteration was ended")

// importer takes one archive apart. What it has of the entry that it is at lies in stage.
type importer struct {
	store  *Store
	limits Limits
	check  func(string, Files) error
	yield  func(Archived, error) bool
	keys   map[string]bool // seen so far
	strays int             // members that belong to no entry

	key   string // "" before the first entry
	stage string // "" where the entry is not to be written
	names []string
	bytes int64
	fault error
}

func (im *importer) run(ctx context.Context, r io.Reader) error {
	tr := tar.NewReader(r)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		key, name, ok := strings.Cut(h.Name, "/")
		if !ok || !isKey(key) {
			if im.strays++; !im.yield(Archived{}, &memberError{h.Name, "want a key, a slash and the name of a file"}) {
				return errEnough
			}
		} else if err := im.member(key, name, h, tr); err != nil {
			return err
		}
		if n := len(im.keys) + im.strays; n > im.limits.Entries {
			return fmt.Errorf("more than %d entries", im.limits.Entries)
		}
	}
	if err := im.finish(); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, r) // to its end, where the sum of a compressed stream stands
	return err
}

// member takes a file of an entry. Its error is of the stream or the disk, not of the entry.
func (im *importer) member(key, name string, h *tar.Header, r io.Reader) error {
	if key != im.key {
		if err := im.finish(); err != nil {
			return err
		}
		if err := im.begin(key); err != nil {
			return err
		}
	}
	if im.fault != nil || name == "" && h.Typeflag == tar.TypeDir { // other programs archive folders too
		return nil
	}
	bad := func(why string) error {
		im.fault = &memberError{h.Name, why}
		return nil
	}
	most := im.limits.Size(name)
	if name == digestsFile || name == droppedFile {
		most = noteSize
	}
	switch {
	case h.Typeflag != tar.TypeReg:
		return bad("want a plain file, and no link, folder or device")
	case most == 0:
		return bad("no entry has a file of this name")
	case slices.Contains(im.names, name):
		return bad("it comes twice")
	case h.Size > most:
		return bad(fmt.Sprintf("it is of %d bytes, want at most %d", h.Size, most))
	}
	im.names, im.bytes = append(im.names, name), im.bytes+h.Size
	if im.stage == "" {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(im.stage, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, io.LimitReader(r, h.Size))
	return errors.Join(err, f.Sync(), f.Close())
}

// begin makes room for an entry.
func (im *importer) begin(key string) error {
	im.key, im.stage, im.names, im.bytes, im.fault = key, "", nil, 0, nil
	if im.keys[key] {
		im.fault = errors.New("its files do not lie together in the archive, or it is in there twice")
		return nil
	}
	im.keys[key] = true
	if im.store.Has(key) {
		return nil
	}
	stage := filepath.Join(im.store.dir, stageDir, key+"-import-"+rand.Text())
	if err := os.Mkdir(stage, 0o777); err != nil {
		return err
	}
	im.stage = stage
	return nil
}

// finish yields the entry that the importer is at, which has all its files now, if it ever gets them.
func (im *importer) finish() error {
	if im.key == "" {
		return nil
	}
	a := Archived{Key: im.key, Bytes: im.bytes}
	if im.fault == nil && im.stage != "" {
		a.New, im.fault = im.put()
	}
	fault := im.fault
	im.close()
	if fault != nil {
		fault = fmt.Errorf("archive: entry %s was not taken: %w", a.Key, fault)
	}
	if !im.yield(a, fault) {
		return errEnough
	}
	return nil
}

// put checks the entry in the stage folder and makes it one of the store.
func (im *importer) put() (published bool, err error) {
	final, err := im.store.path(im.key)
	if err == nil {
		err = im.whole()
	}
	if err != nil {
		return false, err
	}
	return publish(im.stage, final)
}

// whole says what is wrong with the files in the stage folder.
func (im *importer) whole() error {
	index, err := os.ReadFile(filepath.Join(im.stage, digestsFile))
	if err != nil {
		return fmt.Errorf("it has no %s", digestsFile)
	}
	var digests map[string]string
	if err := json.Unmarshal(index, &digests); err != nil {
		return fmt.Errorf("%s: %w", digestsFile, err)
	}
	gone, err := dropped(im.stage)
	if err != nil {
		return err
	}
	for _, name := range im.names {
		if _, ok := digests[name]; !ok && name != digestsFile && name != droppedFile {
			return fmt.Errorf("%s has no digest of %s", digestsFile, name)
		}
		if slices.Contains(gone, name) {
			return fmt.Errorf("%s is there and in %s", name, droppedFile)
		}
	}
	for name := range digests {
		if !slices.Contains(im.names, name) && !slices.Contains(gone, name) {
			return fmt.Errorf("its file %q is missing", short(name))
		}
	}
	for _, name := range gone {
		if _, ok := digests[name]; !ok || im.limits.Size(name) == 0 {
			return fmt.Errorf("%s names %q, which is no file of it", droppedFile, short(name))
		}
	}
	files, err := readFolder(im.stage, nil)
	if err != nil {
		return err
	}
	return im.check(im.key, files)
}

// close removes what is left in the stage folder.
func (im *importer) close() {
	if im.stage != "" {
		_ = os.RemoveAll(im.stage) // what stays is removed by Clean
	}
	im.key, im.stage = "", ""
}

// memberError is a fault of a file in an archive.
type memberError struct{ name, why string }

func (e *memberError) Error() string { return fmt.Sprintf("archive: %q: %s", short(e.name), e.why) }

// short is a name that came from elsewhere, fit for a message.
func short(name string) string { return name[:min(len(name), 100)] }

// bounded fails where a stream is longer than it may be.
type bounded struct {
	r          io.Reader
	left, most int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p[:min(int64(len(p)), b.left+1)])
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("it unpacks to more than %d bytes, the most that is taken; -most takes more", b.most)
	}
	return n, err
}
