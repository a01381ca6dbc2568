package stats

import (
	"fmt"

	"coadapt/transfer"
)

// Reading says in a sentence or two what frozen selffer nets (BnB) lose, and why. It says only what the nets show: that
// BnB nets failed where their base did not, or that their mean lies below the base by more than the simultaneous
// interval of [Compare]. The cause is given where the results have nets with rescaled features (BnBr). Those count as
// recovered if their interval holds zero and excludes half of the loss; a net that failed counts as having lost a tenth
// of all pictures. Reading is empty where no BnB net has its base. It fails where [Gather] does.
func Reading(results []transfer.Result, level float64) (string, error) {
	if _, err := Gather(results); err != nil {
		return "", err
	}
	failures, err := Failures(results, level)
	if err != nil {
		return "", err
	}
	failed := func(t transfer.Treatment, n int) (Failure, bool) {
		for _, f := range failures {
			if f.Treatment == t && f.N == n {
				return f, true
			}
		}
		return Failure{}, false
	}
	worst, deepest, dip := Failure{}, Line{}, 0
	for _, f := range failures {
		if f.Treatment != transfer.Selffer {
			continue
		}
		if share(f) > share(worst) {
			worst = f
		}
		l, err := Compare(results, transfer.Selffer, transfer.Base, f.N, level)
		if err == nil && l.Simultaneous.High < 0 && (dip == 0 || l.Value < deepest.Value) {
			deepest, dip = l, f.N
		}
	}
	s, n, lost := "", 0, 0.0 // lost is the least loss at cut n
	switch {
	case worst.Failed > 0:
		n, lost = worst.N, leastLost
		s = fmt.Sprintf("A net cut at n = %d and retrained on its own task (BnB) falls back to chance or near it", n)
		if worst.Of > 1 {
			s += fmt.Sprintf(" in %d of %d cases", worst.Failed, worst.Of)
		}
		s += ", though its base trained"
	case dip > 0:
		n, lost = dip, -deepest.Value
		s = fmt.Sprintf("A net cut at n = %d and retrained on its own task (BnB) ends %.1f points below its base "+
			"[%+.1f, %+.1f]", n, -100*deepest.Value, 100*deepest.Simultaneous.Low, 100*deepest.Simultaneous.High)
	default:
		for _, f := range failures {
			if f.Treatment == transfer.Selffer {
				return "Nets cut and retrained on their own task (BnB) end nowhere below their base by more than " +
					"the interval.", nil
			}
		}
		return "", nil
	}
	r, asked := failed(transfer.Rescaled, n)
	switch rescaled, err := Compare(results, transfer.Rescaled, transfer.Base, n, level); {
	case !asked:
		return s + "; BnBr, the same with its frozen features rescaled, would tell whether that is their scale.", nil
	case r.Failed > 0:
		return fmt.Sprintf("%s; with its frozen features rescaled (BnBr) %d of %d fail still: it is not their scale "+
			"alone.", s, r.Failed, r.Of), nil
	case err != nil:
		return s + ".", nil
	case rescaled.Simultaneous.High < 0:
		return fmt.Sprintf("%s; with its frozen features rescaled (BnBr) it is %.1f points below: their scale is "+
			"not all of it.", s, -100*rescaled.Value), nil
	case rescaled.Simultaneous.Low < -lost/2:
		return fmt.Sprintf("%s; with its frozen features rescaled (BnBr) it is %+.1f points from its base [%+.1f, "+
			"%+.1f]: too few nets to tell whether that was all.", s, 100*rescaled.Value, 100*rescaled.Simultaneous.Low,
			100*rescaled.Simultaneous.High), nil
	default:
		return fmt.Sprintf("%s; with its frozen features divided by their root mean square (BnBr) it is back (%+.1f "+
			"points [%+.1f, %+.1f]): what the cut cost is the scale that new layers can bear at this rate, not "+
			"partners that were lost.", s, 100*rescaled.Value, 100*rescaled.Simultaneous.Low,
			100*rescaled.Simultaneous.High), nil
	}
}

// leastLost is the loss that is assumed of a failed net, as a fraction of all pictures. Such nets have lost more.
const leastLost = 0.1

// share is the fraction of nets that failed; 0 where there are no nets.
func share(f Failure) float64 {
	if f.Of == 0 {
		return 0
	}
	return float64(f.Failed) / float64(f.Of)
}
