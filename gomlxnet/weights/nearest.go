package weights

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"coadapt/gomlxnet/nearest"
)

// missing is the error of a tensor that is not there, with the name that is nearest to the wanted ones.
func missing(s *source, names []string) error {
	near, least := "", math.MaxInt
	for _, have := range slices.Sorted(maps.Keys(s.infos)) {
		if len(have) > 200 {
			continue // no name of a net, and work that a file should not make
		}
		if d := nearest.Distance(names[0], have); d < least {
			near, least = have, d
		}
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = strconv.Quote(name)
	}
	if near == "" {
		return fmt.Errorf("%s has no tensor %s among its %d", s.path, strings.Join(quoted, " nor "), len(s.infos))
	}
	return fmt.Errorf("%s has no tensor %s, the nearest of its %d is %q", s.path, strings.Join(quoted, " nor "),
		len(s.infos), near)
}
