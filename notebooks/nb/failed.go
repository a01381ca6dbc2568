package nb

import (
	"fmt"

	"coadapt/transfer"
)

// failedAll says in words that no net of a condition at a cut came to a number, though some were trained; "" where one
// did or there is none.
func failedAll(results []transfer.Result, t transfer.Treatment, n int) string {
	of, words := 0, ""
	for _, r := range results {
		if r.Net.Treatment != t || t.Uncut() != (r.Net.N == 0) || !t.Uncut() && r.Net.N != n {
			continue
		}
		switch r.Status {
		case transfer.OK:
			return ""
		case transfer.NotTrained:
			words = fmt.Sprintf("it ends with an accuracy of %.3f, where chance gives %.3f", r.Accuracy,
				1/float64(r.Classes))
		case transfer.Diverged:
			words = "its loss ran away"
		default:
			continue
		}
		of++
	}
	switch of {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("n = %d: %s failed: %s", n, t, words)
	}
	return fmt.Sprintf("n = %d: all %d nets of %s failed", n, of, t)
}
