package weights

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// A shape of more than 8 dimensions is refused before they are kept, whether they are packed or one by one.
func TestDimsAreBounded(t *testing.T) {
	if dims, err := addDims(nil, protowire.BytesType, 0, []byte{1, 2, 3, 4, 5, 6, 7, 8}); err != nil || len(dims) != 8 {
		t.Errorf("8 packed dimensions: %d, %v", dims, err)
	}
	if _, err := addDims(nil, protowire.BytesType, 0, bytes.Repeat([]byte{1}, 9)); err == nil {
		t.Error("9 packed dimensions are taken")
	}
	dims, err := addDims(make([]uint64, 7), protowire.VarintType, 5, nil)
	if err != nil || len(dims) != 8 || dims[7] != 5 {
		t.Errorf("an eighth dimension: %d, %v", dims, err)
	}
	if _, err := addDims(dims, protowire.VarintType, 5, nil); err == nil {
		t.Error("a ninth dimension is taken")
	}
}
