package main

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"coadapt/gomlxnet/durable"
	"coadapt/transfer"

	"google.golang.org/protobuf/encoding/protowire"
)

// eventFile is a name that TensorBoard looks for. It is the same each time, so that a second export takes the place of
// the first.
const eventFile = "events.out.tfevents.0000000000.coadapt"

// eventFolder is what -what tensorboard writes.
func (f exportFlags) eventFolder() ([]exported, error) {
	if f.noWeights {
		return nil, errors.New("-no-weights: event files have none; leave it out, or give -o an archive")
	}
	for _, ending := range []string{csvEnding, parquetEnding, tarEnding, gzipEnding, zstdEnding} {
		if strings.HasSuffix(strings.ToLower(f.out), ending) {
			return nil, fmt.Errorf("-o %q: event files fill a folder, want the name of one", f.out)
		}
	}
	if info, err := os.Stat(f.out); f.out == "" || err == nil && !info.IsDir() {
		return nil, fmt.Errorf("-o %q: event files fill a folder, want the name of one", f.out)
	}
	return []exported{{name: f.out, what: "tensorboard"}}, nil
}

// notInFolder is what a name of an experiment or a net may not bring into a path.
var notInFolder = regexp.MustCompile(`[^A-Za-z0-9@+_-]+`)

// events writes the training curve of every net to a folder of its own, FOLDER/EXPERIMENT/NET-KEY, which TensorBoard
// takes for a run.
func (e *exporter) events(ctx context.Context, folder string, results []transfer.Result) error {
	nets := 0
	for _, r := range results {
		if err := ctx.Err(); err != nil {
			return err
		}
		metrics, err := transfer.Metrics(e.store, r.Key)
		if err != nil {
			e.fault(err)
			continue
		}
		run := fmt.Sprintf("%s-%.6s", r.Net, r.Key) // two experiments of one name may come from elsewhere
		dir := filepath.Join(folder, cmp.Or(notInFolder.ReplaceAllString(r.Experiment, "-"), "experiment"),
			notInFolder.ReplaceAllString(run, "-"))
		if err := durable.MakeDir(dir); err != nil {
			return err
		}
		if err := durable.WriteFile(filepath.Join(dir, eventFile),
			func(w io.Writer) error { return writeEvents(w, r, metrics) }); err != nil {
			return err
		}
		nets++
	}
	fmt.Fprintf(e.stdout, "%s: training curves of %d nets\n", folder, nets)
	return nil
}

// writeEvents writes the curve as scalars loss, rate and accuracy, and what the net does on the test part as
// test/accuracy and test/loss at its last step. The time of a point is its share of the seconds that the net took: only
// those of the whole are kept.
func writeEvents(w io.Writer, r transfer.Result, metrics []transfer.Metric) error {
	at := func(step int) []byte { // the fields of an event that all have: wall_time and step
		seconds := r.Seconds * float64(step) / float64(max(1, r.Steps))
		b := protowire.AppendTag(nil, 1, protowire.Fixed64Type)
		b = protowire.AppendFixed64(b, math.Float64bits(seconds))
		b = protowire.AppendTag(b, 2, protowire.VarintType)
		return protowire.AppendVarint(b, uint64(step))
	}
	head := protowire.AppendTag(at(0), 3, protowire.BytesType)
	if err := writeRecord(w, protowire.AppendString(head, "brain.Event:2")); err != nil {
		return err
	}
	for _, m := range metrics {
		s := scalar(scalar(nil, "loss", m.Loss), "rate", m.Rate)
		if m.Accuracy != nil {
			s = scalar(s, "accuracy", *m.Accuracy)
		}
		if err := writeRecord(w, summary(at(m.Step), s)); err != nil {
			return err
		}
	}
	if !r.HasWeights() {
		return nil
	}
	return writeRecord(w, summary(at(r.Steps), scalar(scalar(nil, "test/accuracy", r.Accuracy), "test/loss", r.Loss)))
}

// summary adds a Summary to an Event.
func summary(event, values []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(event, 5, protowire.BytesType), values)
}

// scalar adds a Summary.Value with a tag and a simple_value to a Summary.
func scalar(to []byte, tag string, value float64) []byte {
	v := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), tag)
	v = protowire.AppendFixed32(protowire.AppendTag(v, 2, protowire.Fixed32Type), math.Float32bits(float32(value)))
	return protowire.AppendBytes(protowire.AppendTag(to, 1, protowire.BytesType), v)
}

// writeRecord writes a TFRecord: length, masked CRC-32C of it, data, and that of the data.
func writeRecord(w io.Writer, data []byte) error {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, maskedSum(b))
	b = binary.LittleEndian.AppendUint32(append(b, data...), maskedSum(data))
	_, err := w.Write(b)
	return err
}

func maskedSum(data []byte) uint32 {
	sum := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	return (sum>>15 | sum<<17) + 0xa282ead8
}
