package sweep

import (
	"math/big"
	"testing"
)

// Large numbers are printed the way people write them, with three digits.
func TestScientific(t *testing.T) {
	for text, want := range map[string]string{"27167152377164800000": "2.72e19", "778000": "7.78e5", "0": "0.00e0"} {
		x, ok := new(big.Int).SetString(text, 10)
		if got := Scientific(x); !ok || got != want {
			t.Errorf("%s prints as %s, want %s", text, got, want)
		}
	}
}
