//go:build !unix

package pack

import "os"

// mapping reads from a file where memory cannot be mapped.
type mapping struct{ f *os.File }

func mapFile(f *os.File, _ int64) (mapping, error) {
	again, err := os.Open(f.Name())
	return mapping{again}, err
}

func (m mapping) bytes(at int64, n int) ([]byte, error) {
	data := make([]byte, n)
	_, err := m.f.ReadAt(data, at)
	return data, err
}

func (m mapping) close() error {
	if m.f == nil {
		return nil
	}
	return m.f.Close()
}
