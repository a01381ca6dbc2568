package pack

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"os"
	"path/filepath"

	"coadapt/gomlxnet/durable"
)

// meanFile is where the mean image of a task is kept. task tells it.
func (s *Folder) meanFile(task string) string {
	sum := sha256.Sum256([]byte(s.file.Digest + "\n" + task))
	return filepath.Join(s.dir, "means", hex.EncodeToString(sum[:16])+".f32")
}

// KeptMean reads the mean image of a task, nil where there is none or it is damaged: then it is made again.
func (s *Folder) KeptMean(task string) []float32 {
	data, err := os.ReadFile(s.meanFile(task))
	if err != nil || len(data) != 4*s.size+sha256.Size {
		return nil
	}
	body := data[:4*s.size]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], data[len(body):]) {
		return nil
	}
	mean := make([]float32, s.size)
	for i := range mean {
		mean[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:]))
	}
	return mean
}

// KeepMean keeps it, where the folder can be written; else it is made again next time.
func (s *Folder) KeepMean(task string, mean []float32) {
	file := s.meanFile(task)
	if os.MkdirAll(filepath.Dir(file), 0o755) != nil {
		return
	}
	body := make([]byte, 0, 4*len(mean))
	for _, m := range mean {
		body = binary.LittleEndian.AppendUint32(body, math.Float32bits(m))
	}
	sum := sha256.Sum256(body)
	_ = durable.WriteBytes(file, append(body, sum[:]...)) // a folder that cannot be written costs time, nothing else
}
