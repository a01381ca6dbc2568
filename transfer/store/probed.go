package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"

	"coadapt/gomlxnet/durable"
)

// What was found by looking into entries stands beside them, one file each, written whole and synced. Its first line is
// the digest of the rest.

const probesDir = "probes"

func (s *Store) probedFile(key string) (string, error) {
	file, err := s.shelved(probesDir, key)
	return file + ".json", err
}

// Probed reads what [Store.KeepProbed] keeps under a key. It returns ErrMissing where nothing is kept, or where it is
// damaged.
func (s *Store) Probed(key string) ([]byte, error) {
	file, err := s.probedFile(key)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("store %s: probe %s: %w", s.dir, key, ErrMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("store %s: probe %s: %w", s.dir, key, err)
	}
	digest, rest, _ := bytes.Cut(data, []byte("\n"))
	if sum := sha256.Sum256(rest); hex.EncodeToString(sum[:]) != string(digest) {
		return nil, fmt.Errorf("store %s: probe %s: %w: its digest is not the one recorded", s.dir, key, ErrMissing)
	}
	return rest, nil
}

// KeepProbed keeps data under a key, in place of what was kept before. The file appears whole or not at all.
func (s *Store) KeepProbed(key string, data []byte) error {
	file, err := s.probedFile(key)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	err = durable.MakeDir(filepath.Dir(file))
	if err == nil {
		err = durable.WriteBytes(file, fmt.Appendf(nil, "%x\n%s", sum, data))
	}
	if err != nil {
		return fmt.Errorf("store %s: keeping probe %s: %w", s.dir, key, err)
	}
	return nil
}

// AllProbed yields the key and the data of everything that [Store.KeepProbed] keeps, in the order of keys. What is
// damaged is passed over, as Probed has it for missing.
func (s *Store) AllProbed() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		files, err := fs.Glob(os.DirFS(s.dir), probesDir+"/*/*.json") // sorted
		if err != nil {
			return
		}
		for _, file := range files {
			key := strings.TrimSuffix(path.Base(file), ".json")
			if data, err := s.Probed(key); err == nil && !yield(key, data) {
				return
			}
		}
	}
}
