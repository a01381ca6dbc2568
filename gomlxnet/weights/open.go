package weights

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"coadapt/gomlxnet/durable"
)

// withSource opens a file of weights for the time of a call, as its first bytes say.
func withSource(path string, use func(source) error) error {
	file, err := durable.Open(path)
	if err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	head := make([]byte, 9)
	n, err := io.ReadFull(file, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return fmt.Errorf("%s: %w", path, err)
	}
	head = head[:n]
	tensors := len(head) == 9 && head[8] == '{' && binary.LittleEndian.Uint64(head) <= uint64(info.Size())
	starts := func(magic ...byte) bool { return bytes.HasPrefix(head, magic) }
	switch {
	case tensors:
	case starts('P', 'K', 3, 4), starts(0x80, 2):
		return fmt.Errorf("%s is a pickle of PyTorch, which may run code; want safetensors: in Python, "+
			"safetensors.torch.save_file(torch.load(%q, weights_only=True), NAME)", path, info.Name())
	case starts(0x0a), starts(0x12), starts(0xa2, 0x06): // the tags of a name, of older layers and of layers
		data, err := message(path, info.Size())
		if err != nil {
			return err
		}
		c, err := openCaffe(path, data)
		if err != nil {
			return err
		}
		return use(c)
	case starts(0x08): // the tag of the version
		data, err := message(path, info.Size())
		if err != nil {
			return err
		}
		t, err := openONNX(path, data)
		if err != nil {
			return err
		}
		return use(t)
	}
	t, err := openTensors(path, file, info.Size())
	if err != nil {
		return err
	}
	return use(t)
}

// maxMessage is the largest that a protocol buffer can be, by their own documentation.
const maxMessage = 2 << 30

// message reads a file that is one protocol buffer.
func message(path string, size int64) ([]byte, error) {
	if size > maxMessage {
		return nil, fmt.Errorf("%s: %d bytes, want at most %d of a protocol buffer", path, size, maxMessage)
	}
	return os.ReadFile(path)
}
