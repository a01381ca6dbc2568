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
func withSource(path string, use func(*source) error) error {
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
	starts := func(magic ...byte) bool { return !tensors && bytes.HasPrefix(head, magic) }
	var s *source
	switch {
	case starts('P', 'K', 3, 4), starts(0x80, 2):
		return fmt.Errorf("%s is a pickle of PyTorch, which may run code; want safetensors: in Python, "+
			"safetensors.torch.save_file(torch.load(%q, weights_only=True), NAME)", path, info.Name())
	case starts(0x0a), starts(0x12), starts(0xa2, 0x06): // the tags of a name, of older layers and of layers
		s, err = openMessage(path, info.Size(), openCaffe)
	case starts(0x08): // the tag of the version
		s, err = openMessage(path, info.Size(), openONNX)
	default:
		s, err = openTensors(path, file, info.Size())
	}
	if err != nil {
		return err
	}
	return use(s)
}

// maxMessage is the largest that a protocol buffer can be, by their own documentation.
const maxMessage = 2 << 30

// openMessage reads a file that is one protocol buffer.
func openMessage(path string, size int64, open func(path string, data []byte) (*source, error)) (*source, error) {
	if size > maxMessage {
		return nil, fmt.Errorf("%s: %d bytes, want at most %d of a protocol buffer", path, size, maxMessage)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return open(path, data)
}
