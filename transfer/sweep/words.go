package sweep

import (
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Scientific is a large number with three digits, 2.31e19.
func Scientific(x *big.Int) string {
	return strings.NewReplacer("e+0", "e", "e+", "e").Replace(new(big.Float).SetInt(x).Text('e', 2))
}

// Megabytes is a number of bytes in MB, or GB from 10 on.
func Megabytes(n int64) string {
	if n >= 10e9 {
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// Hours is a time in the units that people use for so long a one.
func Hours(hours float64) string {
	switch {
	case hours >= 72:
		return fmt.Sprintf("%.1f days", hours/24)
	case hours >= 2:
		return fmt.Sprintf("%.1f h", hours)
	}
	return time.Duration(hours * float64(time.Hour)).Round(time.Second).String()
}
