package pack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/durable"

	"github.com/gofrs/flock"
)

// The files of a pack; doc.go says what they hold.
const (
	indexFile = "pack.json"
	planFile  = "plan.json"
	lockFile  = "lock"
	version   = 1
)

// Options may be left zero.
type Options struct {
	ShardBytes int64                 // most bytes of a shard, default 256 MiB; at least one picture
	Bad        dataset.BadPolicy     // pictures that do not decode
	Workers    int                   // goroutines that decode, default one a core
	Progress   func(done, total int) // pictures; never called by two goroutines at once
}

// Report is what Write did.
type Report struct {
	Pictures, Shards int
	Kept             int // shards that an earlier, unfinished run had written
	Bytes            int64
	Bad              []dataset.BadPicture // left out
}

// plan is plan.json, and the greater part of pack.json.
type plan struct {
	Version  int             `json:"version"`
	Name     string          `json:"name"`
	Source   string          `json:"source"`            // digest
	Decoder  string          `json:"decoder,omitempty"` // of JPEGs, where it is not Go's; the digest covers it
	Height   int             `json:"height"`
	Width    int             `json:"width"`
	PerShard int             `json:"per_shard"` // pictures of the source that a shard covers
	Total    int             `json:"total"`     // pictures of the source, training part first
	SkipBad  bool            `json:"skip_bad"`
	Classes  []dataset.Class `json:"classes"`
}

// shardList is shard-00000.json.
type shardList struct {
	SHA256   string       `json:"sha256"`
	Pictures []entry      `json:"pictures"`
	Bad      []badPicture `json:"bad,omitempty"`
	sum      string       // SHA-256 of the file
}

type entry struct {
	Part  dataset.Part `json:"p"`
	Label int32        `json:"l"`
	CRC   uint32       `json:"c"` // CRC-32C of the pixels
	Name  string       `json:"n"` // the file it was made of
}

type badPicture struct {
	Part  dataset.Part `json:"p"`
	Index int          `json:"i"` // in the source
	Name  string       `json:"n"`
	Error string       `json:"error"`
}

// index is pack.json.
type index struct {
	plan
	Digest string   `json:"digest"`
	Shards []string `json:"shards"` // SHA-256 of each shard-*.json
}

// checksum is the CRC-32C sum of a picture.
func checksum(pix []uint8) uint32 { return crc32.Checksum(pix, crc32.MakeTable(crc32.Castagnoli)) }

func shardName(i int) string { return fmt.Sprintf("shard-%05d.rgb", i) }
func shardMeta(i int) string { return fmt.Sprintf("shard-%05d.json", i) }

// Write decodes every picture of src once and writes them into a folder, which [Open] then maps into memory instead of
// decoding. A pack of a source is the same data: it has the same digest unless bad pictures were left out.
//
// Shards are written whole or not at all. A run that was interrupted, killed or out of disk goes on where it stopped
// when called again with the same source and options; the shards that it finds are checked by their sums first. It
// fails where dir holds something else, where another process is packing into it, and for the first picture that does
// not decode, unless opt.Bad says otherwise.
func Write(ctx context.Context, src dataset.Source, dir string, opt Options) (Report, error) {
	var report Report
	if opt.ShardBytes == 0 {
		opt.ShardBytes = 256 << 20
	}
	h, w, c := src.Shape()
	size := h * w * c
	head := plan{Version: version, Name: src.Name(), Source: src.Digest(), Height: h, Width: w,
		PerShard: int(max(1, opt.ShardBytes/int64(size))), Total: src.Len(dataset.Train) + src.Len(dataset.Test),
		SkipBad: opt.Bad == dataset.BadSkips, Classes: src.Classes(), Decoder: dataset.DecodedBy(src)}
	if opt.ShardBytes < 0 {
		return report, fmt.Errorf("pack: shards of %d bytes, want more than 0", opt.ShardBytes)
	}
	if err := durable.MakeDir(dir); err != nil {
		return report, fmt.Errorf("pack: %w", err)
	}
	lock := flock.New(filepath.Join(dir, lockFile))
	if free, err := lock.TryLock(); err != nil || !free {
		busy := fmt.Errorf("pack: another process is packing into %s; wait for it or choose another folder", dir)
		return report, errors.Join(busy, err)
	}
	defer lock.Unlock()
	if err := claim(dir, head); err != nil {
		return report, err
	}
	p := packer{src: src, dir: dir, head: head, opt: opt, size: size,
		progress: dataset.Serial(opt.Progress, head.Total)}
	file := index{plan: head}
	shards := (head.Total + head.PerShard - 1) / head.PerShard
	for i := range shards {
		meta, kept, err := p.shard(ctx, i)
		if err != nil {
			return report, err
		}
		file.Shards = append(file.Shards, meta.sum)
		report.Shards++
		report.Pictures += len(meta.Pictures)
		for _, b := range meta.Bad {
			report.Bad = append(report.Bad,
				dataset.BadPicture{Part: b.Part, Index: b.Index, Name: b.Name, Err: errors.New(b.Error)})
		}
		if kept {
			report.Kept++
		}
	}
	report.Bytes = int64(report.Pictures) * int64(size)
	file.Digest = digestOf(head.Source, report.Bad)
	data, err := json.MarshalIndent(file, "", " ")
	if err != nil {
		return report, err
	}
	if err := durable.WriteBytes(filepath.Join(dir, indexFile), data); err != nil {
		return report, fmt.Errorf("pack: %w", err)
	}
	return report, nil
}

// digestOf is the source's where nothing was left out.
func digestOf(source string, bad []dataset.BadPicture) string {
	if len(bad) == 0 {
		return source
	}
	h := sha256.New()
	fmt.Fprintf(h, "coadapt pack v1\n%s\n", source)
	for _, b := range bad {
		fmt.Fprintf(h, "bad %s %d\n", b.Part, b.Index)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// claim makes the folder that of this plan, or fails where it is another's.
func claim(dir string, head plan) error {
	head.Name = "" // the same pictures may have been moved
	want, err := json.MarshalIndent(head, "", " ")
	if err != nil {
		return err
	}
	file := filepath.Join(dir, planFile)
	have, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		list, err := os.ReadDir(dir)
		if err != nil {
			return fmt.Errorf("pack: %w", err)
		}
		for _, e := range list {
			if e.Name() != lockFile && !strings.HasSuffix(e.Name(), durable.PartEnding) {
				return fmt.Errorf("pack: %s is not empty and holds no pack (%s); choose an empty or a new folder", dir,
					e.Name())
			}
		}
		return durable.WriteBytes(file, want)
	case err != nil:
		return fmt.Errorf("pack: %w", err)
	case string(have) != string(want):
		return fmt.Errorf("pack: %s holds a pack of other pictures, another size, shard size or policy for bad "+
			"pictures; choose another folder, or remove this one", dir)
	}
	return nil
}

// packer is Write at work.
type packer struct {
	src      dataset.Source
	dir      string
	head     plan
	opt      Options
	size     int
	progress func(int)
}

// shard writes one shard, or finds it there.
func (p *packer) shard(ctx context.Context, i int) (meta shardList, kept bool, err error) {
	from := i * p.head.PerShard
	to := min(from+p.head.PerShard, p.head.Total)
	if meta, ok := p.finished(i); ok {
		p.progress(to - from)
		return meta, true, nil
	}
	meta, pix, err := p.decode(ctx, from, to)
	if err != nil {
		return meta, false, err
	}
	meta.SHA256 = fmt.Sprintf("%x", sha256.Sum256(pix))
	if err := durable.WriteBytes(filepath.Join(p.dir, shardName(i)), pix); err != nil {
		return meta, false, fmt.Errorf("pack: %w", err)
	}
	data, err := json.Marshal(meta)
	if err != nil {
		return meta, false, err
	}
	meta.sum = fmt.Sprintf("%x", sha256.Sum256(data))
	if err := durable.WriteBytes(filepath.Join(p.dir, shardMeta(i)), data); err != nil {
		return meta, false, fmt.Errorf("pack: %w", err)
	}
	return meta, false, nil
}

// finished reads a shard of an earlier run; one that is not as its sum says is made again.
func (p *packer) finished(i int) (meta shardList, ok bool) {
	data, err := os.ReadFile(filepath.Join(p.dir, shardMeta(i)))
	if err != nil || json.Unmarshal(data, &meta) != nil {
		return shardList{}, false
	}
	meta.sum = fmt.Sprintf("%x", sha256.Sum256(data))
	sum, err := fileSum(filepath.Join(p.dir, shardName(i)))
	return meta, err == nil && sum == meta.SHA256
}

// decode decodes pictures from..to-1 of the source, training part first. pix has those that are not bad.
func (p *packer) decode(ctx context.Context, from, to int) (meta shardList, pix []uint8, err error) {
	pix = make([]uint8, (to-from)*p.size)
	entries, failures := make([]entry, to-from), make([]error, to-from)
	err = dataset.EachChunk(ctx, p.opt.Workers, to-from, 1, func(_ context.Context, j, _ int) error {
		part, at := p.place(from + j)
		dst := pix[j*p.size : (j+1)*p.size]
		name := dataset.Describe(p.src, part, at)
		if failures[j] = p.src.Image(part, at, dst); failures[j] != nil && p.opt.Bad == dataset.BadFails {
			return fmt.Errorf("pack: %s: %w (%s)", name, failures[j], dataset.SkipHint)
		}
		entries[j] = entry{Part: part, Label: int32(p.src.Label(part, at)), CRC: checksum(dst), Name: name}
		p.progress(1)
		return nil
	})
	if err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("pack: stopped: %w", err)
		}
		return meta, nil, err
	}
	sound := pix[:0]
	for j, e := range entries {
		if failures[j] != nil {
			_, at := p.place(from + j)
			meta.Bad = append(meta.Bad, badPicture{Part: e.Part, Index: at, Name: e.Name, Error: failures[j].Error()})
			continue
		}
		meta.Pictures = append(meta.Pictures, e)
		sound = append(sound, pix[j*p.size:(j+1)*p.size]...)
	}
	return meta, sound, nil
}

// place is the part and index of picture g of the source, training part first.
func (p *packer) place(g int) (dataset.Part, int) {
	if n := p.src.Len(dataset.Train); g >= n {
		return dataset.Test, g - n
	}
	return dataset.Train, g
}
