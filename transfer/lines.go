package transfer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxLine is the most bytes of a net's line.
const maxLine = 16 << 20

// ReadResults reads nets as `coadapt curve -json` prints them, one JSON object a line. Empty lines are passed over;
// it fails at a line that is none, which it numbers, and where there is no net at all.
func ReadResults(r io.Reader) ([]Result, error) {
	var results []Result
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff")) // an editor's mark
		}
		if len(line) == 0 {
			continue
		}
		var x Result
		if err := json.Unmarshal(line, &x); err != nil {
			return nil, fmt.Errorf("line %d: %w; want lines as `coadapt curve -json` prints them", n, err)
		}
		results = append(results, x)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, errors.New("no net in it")
	}
	return results, nil
}
