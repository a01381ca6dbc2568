package transfer

import (
	"fmt"
	"math"
	"slices"
)

// Selection is the rule by which one accuracy was taken from a training run.
type Selection string

// The rules.
const (
	// Final is the accuracy after the last step: nothing is chosen by looking at the test part.
	Final Selection = "final"
	// BestTen is the rule of 2014: the mean of the ten largest test accuracies seen during training. As the test part
	// chooses, it is optimistic; on the nets of 2014 by 0.06 points on average, 0.26 at most.
	BestTen Selection = "best10"
)

// ParseSelection reads "final" or "best10".
func ParseSelection(s string) (Selection, error) {
	for _, rule := range []Selection{Final, BestTen} {
		if s == string(rule) {
			return rule, nil
		}
	}
	return "", fmt.Errorf("selection rule %q, want %s or %s", s, Final, BestTen)
}

// Select is the result with Accuracy by the rule, and Correct the nearest
// count. It fails for BestTen where the net was tested fewer than ten times on
// the way, and for Final where the accuracy is by the other rule already. A
// result that is not OK has no accuracy, and goes under any rule.
func (r Result) Select(rule Selection) (Result, error) {
	now := r.Selection
	if now == "" {
		now = Final
	}
	switch {
	case now == rule:
		return r, nil
	case r.Status != OK:
		if r.Selection = rule; rule == Final {
			r.Selection = ""
		}
		return r, nil
	case rule == BestTen && r.Best10 > 0:
		r.Selection, r.Accuracy = BestTen, r.Best10
		r.Correct = int(math.Round(r.Best10 * float64(r.Tested)))
		return r, nil
	case rule == BestTen:
		return r, fmt.Errorf("net %s has no best-10 accuracy: it was tested fewer than ten times on the way "+
			"(Recipe.TestEvery)", r.Net)
	}
	return r, fmt.Errorf("net %s: its accuracy is by rule %s, not %s", r.Net, now, rule)
}

// best10 is the mean of the ten largest, 0 where there are fewer.
func best10(tests []float64) float64 {
	if len(tests) < 10 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(tests))
	sum := 0.0
	for _, x := range sorted[len(sorted)-10:] {
		sum += x
	}
	return sum / 10
}
