package transfer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ReadResults reads nets as `coadapt curve -json` prints them, one JSON object a line. Empty lines are passed over; it fails at a line that is
// none, which it numbers, and where there is no net at all.
func ReadResults(r io.Reader) ([]Result, error) {
	var results []Result
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var x Result
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
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
