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

// Limits bound what Import takes out of an archive, whatever its headers say.
type Limits struct {
	Entries int                     // the most entries, together with members that belong to none
	Size    func(name string) int64 // the most bytes of a file of this name; 0 for names that no entry has
	Total   int64                   // the most bytes of the stream, unpacked
}

// noteSize is the largest size of an entry's digests, and of its list of dropped files, in bytes.
const noteSize = 1 << 20

// Import brings in the entries of a tar stream such as Export writes. Each entry
// is written to a stage folder, its digests are compared, check looks at its
// files, and the folder is renamed. An entry that the store has already stays.
// Import yields each entry, or the error of one that is refused, and goes on. If
// the stream is damaged or exceeds limits, if ctx ends, or if the disk is full,
// that is the last error. Entries that were yielded are in the store; nothing is
// left of the others.
//
// Only plain files are written, under valid keys and under names that limits
// allows. A member of another name or kind, one that is too large and one that
// occurs twice are errors. So is an entry whose files do not follow each other.
func (s *Store) Import(ctx context.Context, r io.Reader, limits Limits,
	check func(key string, files Files) error) iter.Seq2[Archived, error] {
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

// errEnough says that the caller has stopped the iteration.
var errEnough = errors.New("the iteration was ended")

// importer reads one archive. The files of the current entry lie in stage.
type importer struct {
	store  *Store
	limits Limits
	check  func(string, Files) error
	yield  func(Archived, error) bool
	keys   map[string]bool // seen so far
	strays int             // members that belong to no entry

	key   string // of the current entry; "" before the first one
	stage string // "" if the entry is not to be written
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
	_, err := io.Copy(io.Discard, r) // to its end, where a compressed stream has its checksum
	return err
}

// member reads a file of an entry. It returns errors of the stream and of the disk, not those of the entry.
func (im *importer) member(key, name string, h *tar.Header, r io.Reader) error {
	if key != im.key {
		if err := im.finish(); err != nil {
			return err
		}
		if err := im.begin(key); err != nil {
			return err
		}
	}
	if im.fault != nil || name == "" && h.Typeflag == tar.TypeDir { // other programs write members for folders, too
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

// begin starts an entry. It makes a stage folder unless the store has the entry.
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

// finish ends the current entry, whose files have all been read, and yields it or its error.
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

// put checks the entry in the stage folder and moves it into the store.
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

// whole checks the files in the stage folder against the entry's digests.
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

// close removes the stage folder.
func (im *importer) close() {
	if im.stage != "" {
		_ = os.RemoveAll(im.stage) // Clean removes it if this fails
	}
	im.key, im.stage = "", ""
}

// memberError says what is wrong with a file in an archive.
type memberError struct{ name, why string }

func (e *memberError) Error() string { return fmt.Sprintf("archive: %q: %s", short(e.name), e.why) }

// short cuts a name from an archive to a length that is fit for a message.
func short(name string) string { return name[:min(len(name), 100)] }

// bounded is a reader that fails where its stream is longer than allowed.
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
