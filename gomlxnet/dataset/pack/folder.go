package pack

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"

	"coadapt/gomlxnet/dataset"
)

// Folder is a folder that Write made, mapped into memory. A picture is checked
// against its sum when it is first read.
type Folder struct {
	dir    string
	file   index
	shards []mapping
	parts  [2][]picture
	size   int
}

type picture struct {
	entry
	shard, at int // in which, and which of it
	checked   atomic.Bool
}

// Open opens a folder with a pack in it; it returns nil where there is none.
func Open(dir string) (*Folder, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, nil
	}
	data, err := os.ReadFile(filepath.Join(dir, indexFile))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(dir, planFile)); err == nil {
			return nil, fmt.Errorf("%s: the pack is unfinished (%s is missing); the same `coadapt pack` again goes on "+
				"with it", dir, indexFile)
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s := &Folder{dir: dir}
	if err := json.Unmarshal(data, &s.file); err != nil {
		return nil, fmt.Errorf("%s: %s is damaged: %w; pack again", dir, indexFile, err)
	}
	f := &s.file
	switch {
	case f.Version != version:
		return nil, fmt.Errorf("%s: %s is of version %d, this program reads %d; pack again", dir, indexFile, f.Version,
			version)
	case f.Height < 1 || f.Width < 1 || f.Height > 1<<14 || f.Width > 1<<14 || len(f.Classes) == 0:
		return nil, fmt.Errorf("%s: %s is damaged: pictures of %dx%d and %d classes; pack again", dir, indexFile,
			f.Height, f.Width, len(f.Classes))
	}
	s.size = f.Height * f.Width * 3
	for i := range f.Shards {
		if err := s.openShard(i); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// openShard reads a shard's list and maps its pictures.
func (s *Folder) openShard(i int) error {
	file := filepath.Join(s.dir, shardMeta(i))
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(data)); sum != s.file.Shards[i] {
		return fmt.Errorf("%s is damaged: its SHA-256 sum is %s, want %s; remove %s and pack again", file, sum,
			s.file.Shards[i], indexFile)
	}
	var meta shardList
	if err := json.Unmarshal(data, &meta); err != nil {
		return fmt.Errorf("%s is damaged: %w", file, err)
	}
	f, err := os.Open(filepath.Join(s.dir, shardName(i)))
	if err != nil {
		return err
	}
	defer f.Close() // a mapping outlives its file
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if want := int64(len(meta.Pictures)) * int64(s.size); info.Size() != want {
		return fmt.Errorf("%s has %d bytes, want %d for %d pictures: it is cut off or not the one that was packed; "+
			"remove %s and pack again", f.Name(), info.Size(), want, len(meta.Pictures), indexFile)
	}
	m, err := mapFile(f, info.Size())
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name(), err)
	}
	s.shards = append(s.shards, m)
	for at, e := range meta.Pictures {
		if e.Part < dataset.Train || e.Part > dataset.Test || e.Label < 0 || int(e.Label) >= len(s.file.Classes) {
			return fmt.Errorf("%s: picture %d has part %d and label %d", file, at, e.Part, e.Label)
		}
		s.parts[e.Part] = append(s.parts[e.Part], picture{entry: e, shard: i, at: at})
	}
	return nil
}

// Name is that of the source that was packed.
func (s *Folder) Name() string { return s.file.Name }

// Digest is that of the source that was packed, as the pixels are the same;
// another one where bad pictures were left out.
func (s *Folder) Digest() string { return s.file.Digest }

// Classes are those of the source.
func (s *Folder) Classes() []dataset.Class { return s.file.Classes }

// Shape is the size of the pictures, 3 channels.
func (s *Folder) Shape() (height, width, channels int) { return s.file.Height, s.file.Width, 3 }

// Len is the number of pictures of the part, bad ones left out.
func (s *Folder) Len(p dataset.Part) int { return len(s.parts[p]) }

// Label is that of the source.
func (s *Folder) Label(p dataset.Part, i int) int { return int(s.parts[p][i].Label) }

// Describe names the file that the picture was made of, and its shard.
func (s *Folder) Describe(p dataset.Part, i int) string {
	pic := &s.parts[p][i]
	return fmt.Sprintf("%s, picture %d (%s)", filepath.Join(s.dir, shardName(pic.shard)), pic.at, pic.Name)
}

// Image copies picture i.
func (s *Folder) Image(p dataset.Part, i int, dst []uint8) error {
	if err := dataset.CheckImage(s, p, i, dst); err != nil {
		return err
	}
	return s.Look(p, i, func(pix []uint8) { copy(dst, pix) })
}

// Look has f look at picture i where it lies. A shard that was cut off later is an error, and does not end the process.
func (s *Folder) Look(p dataset.Part, i int, f func(pix []uint8)) error {
	return guarded(func() string { return s.Describe(p, i) }, func() error {
		pix, err := s.pixels(p, i)
		if err == nil {
			f(pix)
		}
		return err
	})
}

// File is the path of the file that the picture was made of.
func (s *Folder) File(p dataset.Part, i int) string {
	if where, file, ok := strings.Cut(s.parts[p][i].Name, ": "); ok {
		return path.Join(where, file)
	}
	return ""
}

// DecodedBy is the library that decoded the JPEGs when they were packed.
func (s *Folder) DecodedBy() string { return s.file.Decoder }

// pixels are the bytes of picture i where they lie; they are not to be changed, and gone after Close. A shard that is
// cut off later ends who reads them by SIGBUS, unless it is guarded. A picture that is not as it was packed is an error
// that names shard and picture.
func (s *Folder) pixels(p dataset.Part, i int) ([]uint8, error) {
	pic := &s.parts[p][i]
	pix, err := s.shards[pic.shard].bytes(int64(pic.at)*int64(s.size), s.size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Describe(p, i), err)
	}
	if !pic.checked.Load() {
		var sum uint32
		err := guarded(func() string { return s.Describe(p, i) }, func() error {
			sum = checksum(pix)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if sum != pic.CRC {
			return nil, fmt.Errorf("%s is damaged: its CRC-32C sum is %08x, want %08x; remove the shard and %s and "+
				"pack again", s.Describe(p, i), sum, pic.CRC, indexFile)
		}
		pic.checked.Store(true)
	}
	return pix, nil
}

// Verify reads every picture and checks its sum; it returns all errors, each of
// which names a shard and a picture.
func (s *Folder) Verify(ctx context.Context, progress func(done, total int)) error {
	var errs []error
	count := dataset.Serial(progress, s.Len(dataset.Train)+s.Len(dataset.Test))
	for _, p := range []dataset.Part{dataset.Train, dataset.Test} {
		for i := range s.parts[p] {
			if err := ctx.Err(); err != nil {
				return errors.Join(append(errs, err)...)
			}
			s.parts[p][i].checked.Store(false)
			if _, err := s.pixels(p, i); err != nil {
				errs = append(errs, err)
			}
			count(1)
		}
	}
	return errors.Join(errs...)
}

// Close unmaps the shards.
func (s *Folder) Close() error {
	var errs []error
	for _, m := range s.shards {
		errs = append(errs, m.close())
	}
	s.shards = nil
	return errors.Join(errs...)
}
