package store

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// small are limits under which a hostile archive is soon at its end.
var small = Limits{Entries: 5, Total: 1 << 16, Size: func(name string) int64 {
	return map[string]int64{"result": 100, "weights": 1000}[name]
}}

// acceptable is a check of what is in an entry.
func acceptable(_ string, files Files) error {
	if _, ok := files["result"]; !ok || string(files["result"]) == "unacceptable" {
		return errors.New("no result")
	}
	return nil
}

// tarOf is an archive of members; a string is the content of a plain file.
func tarOf(t testing.TB, members ...any) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for i := 0; i < len(members); i += 2 {
		h, ok := members[i].(tar.Header)
		if !ok {
			h = tar.Header{Name: members[i].(string), Typeflag: tar.TypeReg}
		}
		data := members[i+1].(string)
		h.Size = int64(len(data))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// digestsOf is the index of files, given as name, content, name, content.
func digestsOf(files ...string) string {
	digests := make(map[string]string)
	for i := 0; i < len(files); i += 2 {
		sum := sha256.Sum256([]byte(files[i+1]))
		digests[files[i]] = hex.EncodeToString(sum[:])
	}
	data, _ := json.Marshal(digests) // strings always can be
	return string(data)
}

// taken imports, and wants every entry of the store whole and nothing beside it.
func taken(t testing.TB, s *Store, limits Limits, archive []byte) (in []Archived, faults []error) {
	t.Helper()
	for a, err := range s.Import(t.Context(), bytes.NewReader(archive), limits, acceptable) {
		if err != nil {
			faults = append(faults, err)
			continue
		}
		in = append(in, a)
	}
	onlyWhole(t, s)
	return in, faults
}

func onlyWhole(t testing.TB, s *Store) {
	t.Helper()
	err := filepath.WalkDir(filepath.Dir(s.Dir()), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() {
			t.Errorf("%s is no plain file", path)
		}
		rel, err := filepath.Rel(filepath.Join(s.Dir(), entriesDir), path)
		if parts := strings.Split(rel, "/"); err != nil || len(parts) != 3 || !isKey(parts[1]) ||
			parts[0] != parts[1][:2] {
			t.Errorf("%s was written", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	for _, dir := range []string{stageDir, brokenDir} {
		if left, err := os.ReadDir(filepath.Join(s.Dir(), dir)); err != nil || len(left) != 0 {
			t.Errorf("%s holds %v, %v", dir, left, err)
		}
	}
	for key := range s.Keys() {
		files, err := s.Get(key)
		if err == nil {
			err = acceptable(key, files)
		}
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// inner is a store that is alone in a folder of the test, so that what is written beside it is seen.
func inner(t testing.TB) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const second = "fedcba9876543210"

func exported(t *testing.T, s *Store, without ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	for a, err := range s.Export(t.Context(), &buf, []string{key, second}, without...) {
		if err != nil || a.Bytes == 0 {
			t.Fatal(a, err)
		}
	}
	return buf.Bytes()
}

// TestExportImport: entries come out as they went in, twice the same bytes; without a file they count it as dropped.
func TestExportImport(t *testing.T) {
	s := inner(t)
	for _, k := range []string{key, second} {
		if err := s.Put(k, Files{"result": []byte("of " + k), "weights": {1, 2, 3}}); err != nil {
			t.Fatal(err)
		}
	}
	whole := exported(t, s)
	if !bytes.Equal(whole, exported(t, s)) {
		t.Error("the same entries give another archive")
	}
	bare := exported(t, s, "weights")
	if _, err := s.Drop(second, "weights"); err != nil {
		t.Fatal(err)
	}
	dropped := exported(t, s)
	for name, c := range map[string]struct {
		archive []byte
		weights []string // of keys that still have them
	}{"whole": {whole, []string{key, second}}, "without weights": {bare, nil},
		"one dropped": {dropped, []string{key}}} {
		to := inner(t)
		in, faults := taken(t, to, small, c.archive)
		if len(in) != 2 || len(faults) != 0 || !in[0].New || in[0].Key != key {
			t.Fatalf("%s: %+v, %v", name, in, faults)
		}
		for _, k := range []string{key, second} {
			files, err := to.Get(k)
			if err != nil || string(files["result"]) != "of "+k {
				t.Errorf("%s: %s is %q, %v", name, k, files["result"], err)
			}
			_, err = to.Get(k, "weights")
			if has := slices.Contains(c.weights, k); has != (err == nil) || !has &&
				!strings.Contains(err.Error(), "dropped") {
				t.Errorf("%s: weights of %s: %v, want them there: %v", name, k, err, has)
			}
		}
		if in, faults := taken(t, to, small, whole); len(in) != 2 || len(faults) != 0 || in[0].New || in[1].New {
			t.Errorf("%s, again: %+v, %v; want both there before", name, in, faults)
		}
	}
}

// TestBrokenEntryIsNotExported: it is named, and the others are in the archive.
func TestBrokenEntryIsNotExported(t *testing.T) {
	s := inner(t)
	for _, k := range []string{key, second} {
		if err := s.Put(k, Files{"result": []byte("r")}); err != nil {
			t.Fatal(err)
		}
	}
	dir, _ := s.path(key)
	if err := os.WriteFile(filepath.Join(dir, "result"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	var broken *BrokenError
	for a, err := range s.Export(t.Context(), &buf, []string{key, second}) {
		if (a.Key == key) != errors.As(err, &broken) {
			t.Errorf("%+v, %v", a, err)
		}
	}
	if in, faults := taken(t, inner(t), small, buf.Bytes()); len(in) != 1 || in[0].Key != second || len(faults) != 0 {
		t.Errorf("%+v, %v; want the second alone", in, faults)
	}
}

// TestHostileArchives: whatever stands before and after, a good entry is taken, what is wrong is named, and nothing
// else is written.
func TestHostileArchives(t *testing.T) {
	const (
		bad  = "00000000bbbb"
		good = "00000000cccc"
	)
	index := digestsOf("result", "r")
	entry := func(k string, more ...any) []any {
		return append([]any{k + "/" + digestsFile, index, k + "/result", "r"}, more...)
	}
	link := func(name, to string, kind byte) tar.Header {
		return tar.Header{Name: name, Linkname: to, Typeflag: kind}
	}
	for name, c := range map[string]struct {
		members []any
		want    string
	}{
		"path upwards":      {[]any{"../evil", "x"}, `"../evil": want a key`},
		"absolute path":     {[]any{"/etc/evil", "x"}, `"/etc/evil": want a key`},
		"path in the name":  {entry(bad, bad+"/../../evil", "x"), "no entry has a file of this name"},
		"folder in a name":  {entry(bad, bad+"/a/b", "x"), "no entry has a file of this name"},
		"backslashes":       {entry(bad, bad+`/..\evil`, "x"), "no entry has a file of this name"},
		"other case":        {entry(bad, bad+"/RESULT", "x"), "no entry has a file of this name"},
		"key in upper case": {entry(strings.ToUpper(bad)), "want a key"},
		"long key":          {entry(strings.Repeat("0", 65)), "want a key"},
		"long name":         {[]any{strings.Repeat("long", 1000), "x"}, `longlong": want a key`},
		"symbolic link": {entry(bad, link(bad+"/weights", "/etc/passwd", tar.TypeSymlink), ""),
			"want a plain file"},
		"hard link": {entry(bad, link(bad+"/weights", bad+"/result", tar.TypeLink), ""),
			"want a plain file"},
		"link for a folder": {[]any{link(bad, "/tmp", tar.TypeSymlink), "", bad + "/result", "r"},
			"want a key"},
		"device": {entry(bad,
			tar.Header{Name: bad + "/weights", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}, ""),
			"want a plain file"},
		"fifo":       {entry(bad, link(bad+"/weights", "", tar.TypeFifo), ""), "want a plain file"},
		"file twice": {entry(bad, bad+"/result", "r"), "it comes twice"},
		"entry twice": {append(entry(bad), append(entry(good), entry(bad)...)...),
			"do not lie together"},
		"too large": {[]any{bad + "/" + digestsFile, index, bad + "/result", strings.Repeat("r", 101)},
			"101 bytes, want at most 100"},
		"wrong digest": {[]any{bad + "/" + digestsFile, index, bad + "/result", "R"},
			"its digest is not the one recorded"},
		"no digests": {[]any{bad + "/result", "r"}, "it has no digests.json"},
		"digests that are no JSON": {[]any{bad + "/" + digestsFile, "{", bad + "/result", "r"},
			"digests.json: unexpected end"},
		"file without digest": {entry(bad, bad+"/weights", "w"), "no digest of weights"},
		"missing file": {[]any{bad + "/" + digestsFile, digestsOf("result", "r", "weights", "w"),
			bad + "/result", "r"}, `"weights" is missing`},
		"digest of a file elsewhere": {[]any{bad + "/" + digestsFile, digestsOf("result", "r", "../../../evil", ""),
			bad + "/result", "r"}, `"../../../evil" is missing`},
		"dropped and there":   {entry(bad, bad+"/"+droppedFile, `["result"]`), "is there and in dropped.json"},
		"dropped and unknown": {entry(bad, bad+"/"+droppedFile, `["weights"]`), `names "weights", which is no file`},
		"dropped elsewhere": {[]any{bad + "/" + digestsFile, digestsOf("result", "r", "../x", ""), bad + "/result",
			"r", bad + "/" + droppedFile, `["../x"]`}, `names "../x"`},
		"dropped is no list": {entry(bad, bad+"/"+droppedFile, `{}`), "dropped.json"},
		"all dropped": {[]any{bad + "/" + digestsFile, index, bad + "/" + droppedFile, `["result"]`},
			"no result"},
		"refused by the check": {[]any{bad + "/" + digestsFile, digestsOf("result", "unacceptable"), bad + "/result",
			"unacceptable"}, "no result"},
	} {
		s := inner(t)
		in, faults := taken(t, s, small, tarOf(t, append(entry(key), append(c.members, entry(second)...)...)...))
		var keys []string
		for _, a := range in {
			keys = append(keys, a.Key)
		}
		if !slices.Contains(keys, key) || !slices.Contains(keys, second) || !s.Has(key) || !s.Has(second) {
			t.Errorf("%s: the good entries were not taken, but %v", name, keys)
		}
		if len(faults) == 0 || !strings.Contains(errors.Join(faults...).Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, faults, c.want)
		}
		if s.Has(bad) != (name == "entry twice") { // its first coming is good
			t.Errorf("%s: the store has the bad entry: %v", name, s.Has(bad))
		}
	}
	if in, faults := taken(t, inner(t), small,
		tarOf(t, entry(key, tar.Header{Name: second + "/", Typeflag: tar.TypeDir}, "")...)); len(in) != 1 ||
		len(faults) != 1 {
		t.Errorf("a folder alone: %+v, %v", in, faults)
	}
	folders := append([]any{tar.Header{Name: key + "/", Typeflag: tar.TypeDir}, ""}, entry(key)...)
	if in, faults := taken(t, inner(t), small, tarOf(t, folders...)); len(in) != 1 || len(faults) != 0 {
		t.Errorf("with folders, as other programs write: %+v, %v", in, faults)
	}
}

// TestImportLimits: an archive that goes on and on is left where it is too much; what came before is in.
func TestImportLimits(t *testing.T) {
	var many, strays []any
	for _, k := range []string{"a", "b", "c", "d", "e", "f"} {
		k = strings.Repeat(k, 8)
		many = append(many, k+"/"+digestsFile, digestsOf("result", "r"), k+"/result", "r")
		strays = append(strays, k, "")
	}
	for name, c := range map[string]struct {
		archive []byte
		in      int
		want    string
	}{
		"entries": {tarOf(t, many...), 5, "more than 5 entries"},
		"strays":  {tarOf(t, strays...), 0, "more than 5 entries"},
		"bytes":   {append(tarOf(t, many[:4]...), make([]byte, small.Total)...), 1, "unpacks to more than 65536 bytes"},
		// An entry is of 2048 bytes, a block of 512 for each head and each content.
		"cut in a file":    {tarOf(t, many...)[:2600], 1, "unexpected EOF"},
		"cut after a file": {tarOf(t, many...)[:3072], 1, `"result" is missing`},
		"noise":            {bytes.Repeat([]byte("noise"), 1000), 0, "invalid tar header"},
	} {
		in, faults := taken(t, inner(t), small, c.archive)
		if len(in) != c.in || len(faults) == 0 || !strings.Contains(faults[len(faults)-1].Error(), c.want) {
			t.Errorf("%s: %+v, %v; want %d entries and %q at last", name, in, faults, c.in, c.want)
		}
	}
	exact := small
	archive := tarOf(t, many[:4]...)
	exact.Total = int64(len(archive))
	if in, faults := taken(t, inner(t), exact, archive); len(in) != 1 || len(faults) != 0 {
		t.Errorf("an archive of exactly the size that is taken: %+v, %v", in, faults)
	}
}

// TestImportStopped by its caller or its context leaves nothing half.
func TestImportStopped(t *testing.T) {
	index := digestsOf("result", "r")
	archive := tarOf(t, key+"/"+digestsFile, index, key+"/result", "r", second+"/"+digestsFile, index, second+"/result",
		"r")
	s := inner(t)
	for a, err := range s.Import(t.Context(), bytes.NewReader(archive), small, acceptable) {
		if a.Key != key || err != nil {
			t.Error(a, err)
		}
		break
	}
	onlyWhole(t, s)
	s = inner(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range s.Import(ctx, bytes.NewReader(archive), small, acceptable) {
		last = err
		cancel()
	}
	if !errors.Is(last, context.Canceled) || !s.Has(key) || s.Has(second) {
		t.Errorf("%v; first there %v, second %v", last, s.Has(key), s.Has(second))
	}
	onlyWhole(t, s)
}

// FuzzImport: whatever a stream holds, import ends, and writes whole entries or nothing. Files are synced, so that it
// is fast on a file system in memory only:
//
//	TMPDIR=/dev/shm go test -run '^$' -fuzz FuzzImport -fuzztime 2m -fuzzminimizetime 1x ./transfer/store
func FuzzImport(f *testing.F) {
	index := digestsOf("result", "r")
	f.Add(tarOf(f, key+"/"+digestsFile, index, key+"/result", "r", second+"/"+digestsFile, index, second+"/result",
		"r"))
	f.Add(tarOf(f, key+"/"+digestsFile, digestsOf("result", "r", "weights", "w"), key+"/"+droppedFile, `["weights"]`,
		key+"/result", "r"))
	f.Add(tarOf(f, "../evil", "x",
		tar.Header{Name: key + "/result", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink}, "", key+"/result", "r"))
	f.Add(tarOf(f, tar.Header{Name: key + "/result", Typeflag: tar.TypeReg, Format: tar.FormatPAX,
		PAXRecords: map[string]string{"path": "../../evil"}}, "r"))
	f.Add(tarOf(f, tar.Header{Name: strings.Repeat("n", 300), Typeflag: tar.TypeReg, Format: tar.FormatGNU}, "r"))
	f.Add([]byte("noise"))
	f.Fuzz(func(t *testing.T, archive []byte) {
		s := inner(t)
		in, _ := taken(t, s, small, archive)
		for _, a := range in {
			if !s.Has(a.Key) {
				t.Errorf("%s was said to be taken", a.Key)
			}
		}
	})
}
