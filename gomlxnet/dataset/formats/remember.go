package formats

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"coadapt/gomlxnet/dataset/picture"
	"coadapt/gomlxnet/durable"
)

// A cache keeps what was read from the files of a large folder, in the user's cache folder, so that opening the folder
// again reads no picture. It is never the truth: a folder is listed anew each time, and what is known of a file counts
// only where the file has the name, size, inode, time of modification and time of change that it had. The system sets
// the time of change whenever a file is written, replaced, renamed or given other times, and no program can set it
// back. What changed within two seconds before a listing is not kept, as a later change could have the same time. Where
// a system has no such time, nothing is kept. A cache that is gone, damaged or of another version is made anew.
type cache struct {
	file     string
	device   uint64 // of the folder
	listed   time.Time
	recalled int         // files of which something was known
	learned  atomic.Bool // something that is not in the file
}

const (
	rememberFrom = 1000                // files; of fewer all is read
	rememberFor  = 90 * 24 * time.Hour // after that a cache that was not used is removed
	clockGrain   = 2 * time.Second     // of the coarsest file systems
)

// stamp tells files apart without opening them. The zero stamp is that of a file of which nothing is kept.
type stamp struct {
	modified, changed int64 // nanoseconds since 1970
	inode             uint64
}

// facts are what reading a file gave; those not looked for are zero.
type facts struct {
	kind          picture.Kind // of its first bytes
	way           way
	summed        bool  // crc is known
	height, width int32 // by its header, before it is turned
	crc           uint32
}

// way is how a picture lies.
type way uint8

const (
	wayUnknown way = iota
	upright
	lying
)

// remembered is the cache as it is kept, a column for each field of the files; its digest says that it is as it
// was saved, with columns of one length.
type remembered struct {
	Device            uint64
	Names             []string // ascending
	Sizes             []int64
	Modified, Changed []int64
	Inodes            []uint64
	Kinds             []int
	Ways              []uint8
	Heights, Widths   []int32
	Sums              []uint32
	Summed            []bool
}

// cacheOf is that of a folder, nil where there can be none.
func cacheOf(dir string) *cache {
	folder, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	info, err := os.Stat(abs)
	if err != nil {
		return nil
	}
	s, device := stampOf(info)
	if s == (stamp{}) {
		return nil
	}
	name := sha256.Sum256([]byte("pictures, version 1: " + abs))
	return &cache{
		file:   filepath.Join(folder, "coadapt", "pictures", hex.EncodeToString(name[:16])),
		device: device,
		listed: time.Now(),
	}
}

// recall gives the files of a tree what is known of them, where they are as they were.
func (t *tree) recall() {
	m := t.cache
	if m == nil || len(t.files) < rememberFrom {
		t.cache = nil
		return
	}
	r, err := m.load()
	if err != nil || r.Device != m.device {
		return
	}
	for i := range t.files {
		e := &t.files[i]
		at, ok := slices.BinarySearch(r.Names, e.name)
		was := stamp{}
		if ok {
			was = stamp{r.Modified[at], r.Changed[at], r.Inodes[at]}
		}
		if e.bad != nil || was == (stamp{}) || was != e.stamp || r.Sizes[at] != e.size {
			continue
		}
		e.facts = facts{picture.Kind(r.Kinds[at]), way(r.Ways[at]), r.Summed[at], r.Heights[at], r.Widths[at],
			r.Sums[at]}
		m.recalled++
	}
}

// load reads a cache and checks its digest.
func (m *cache) load() (*remembered, error) {
	data, err := os.ReadFile(m.file)
	if err != nil {
		return nil, err
	}
	end := len(data) - sha256.Size
	if end < 0 || sha256.Sum256(data[:end]) != [sha256.Size]byte(data[end:]) {
		return nil, fs.ErrInvalid
	}
	r := new(remembered)
	if err := gob.NewDecoder(bytes.NewReader(data[:end])).Decode(r); err != nil {
		return nil, err
	}
	_ = os.Chtimes(m.file, time.Time{}, m.listed) // if this fails, it is made anew some day
	return r, nil
}

// learn notes that there is something to keep.
func (t *tree) learn() {
	if t.cache != nil {
		t.cache.learned.Store(true)
	}
}

// remember keeps what was read. That it cannot be kept costs time, and nothing else.
func (t *tree) remember() {
	m := t.cache
	if m == nil || !m.learned.Load() {
		return
	}
	r := &remembered{Device: m.device}
	before := m.listed.Add(-clockGrain).UnixNano()
	for _, e := range t.files {
		if e.bad != nil || e.stamp == (stamp{}) || e.facts == (facts{}) || max(e.modified, e.changed) >= before {
			continue
		}
		r.Names, r.Sizes = append(r.Names, t.prefix+e.name), append(r.Sizes, e.size)
		r.Modified, r.Changed = append(r.Modified, e.modified), append(r.Changed, e.changed)
		r.Inodes = append(r.Inodes, e.inode)
		r.Kinds, r.Ways = append(r.Kinds, int(e.kind)), append(r.Ways, uint8(e.way))
		r.Heights, r.Widths = append(r.Heights, e.height), append(r.Widths, e.width)
		r.Sums, r.Summed = append(r.Sums, e.crc), append(r.Summed, e.summed)
	}
	if len(r.Names) > 0 {
		m.save(r)
	}
}

// save writes the cache, and removes those that nobody used for long.
func (m *cache) save(r *remembered) {
	var b bytes.Buffer
	if gob.NewEncoder(&b).Encode(r) != nil {
		return
	}
	sum := sha256.Sum256(b.Bytes())
	b.Write(sum[:])
	dir := filepath.Dir(m.file)
	if os.MkdirAll(dir, 0o700) != nil {
		return
	}
	_ = durable.WriteBytes(m.file, b.Bytes())
	list, _ := os.ReadDir(dir)
	for _, old := range list {
		if info, err := old.Info(); err == nil && m.listed.Sub(info.ModTime()) > rememberFor {
			_ = os.Remove(filepath.Join(dir, old.Name()))
		}
	}
}

// forget removes a cache that a file was found not to agree with.
func (t *tree) forget() {
	if t.cache != nil {
		_ = os.Remove(t.cache.file)
	}
}

// headerSize is a picture's size by its header, which is read where it is not known; pictures that are to be turned are
// always read. ok is false where the header is not sound, err says why the file cannot be read at all.
func (s *folder) headerSize(file string) (height, width int, ok bool, err error) {
	e := s.t.entry(file)
	if e.height > 0 && !s.decoder.Turn {
		return int(e.height), int(e.width), true, nil
	}
	data, err := s.t.read(file, picture.MaxBytes)
	if err != nil {
		return 0, 0, false, err
	}
	height, width, err = s.decoder.Size(data)
	if err == nil && !s.decoder.Turn {
		e.height, e.width = int32(height), int32(width)
		s.t.learn()
	}
	return height, width, err == nil, nil
}
