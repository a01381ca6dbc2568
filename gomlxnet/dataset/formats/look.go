package formats

import (
	"fmt"
	"io"
	"path"
	"strings"

	"coadapt/gomlxnet/dataset/picture"
)

// look is the kind of a file; its first bytes are read where its name does not tell.
func (t *tree) look(e *entry) (picture.Kind, error) {
	if e.kind == picture.Unknown && e.bad != nil {
		e.kind = picture.Readable // a bad one
	}
	switch strings.ToLower(path.Ext(e.name)) {
	case ".png", ".jpg", ".jpeg": // no need to open a million files
		if e.kind == picture.Unknown {
			e.kind = picture.Readable
		}
	}
	if e.kind == picture.Unknown {
		head, err := t.head(e, picture.HeadBytes)
		if err != nil {
			return 0, err
		}
		e.kind = picture.KindOf(e.name, head)
		t.learn()
	}
	return e.kind, nil
}

// head reads the first n bytes of a file, or all of a shorter one.
func (t *tree) head(e *entry, n int64) ([]byte, error) {
	f, err := t.open(e)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.where, err)
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, n))
	if err != nil {
		return nil, fmt.Errorf("%s: %s is cut off or damaged: %w", t.where, e.name, err)
	}
	return head, nil
}
