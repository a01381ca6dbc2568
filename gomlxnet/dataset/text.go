package dataset

import (
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// PlainText is the text of a list in UTF-8 without the mark that editors of Windows put first; UTF-16 is told by it.
func PlainText(data []byte) string {
	out, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), data)
	if err != nil {
		return string(data)
	}
	return string(out)
}
