package transfer

import "math"

// A net that stops at its base's training loss looks at its own at each point of its training curve, from stopPoints
// points on: at the mean over the last of them, a tenth of the whole schedule, as long as what the base's loss is the
// mean of.
const stopPoints = metricPoints / 10

// reached says whether the training loss is down to where the net stops.
func (st *state) reached() bool {
	return st.until > 0 && st.Since == 0 && len(st.Metrics) >= stopPoints && st.recent() <= st.until
}

// recent is the mean training loss over the last points, which have the same number of steps each.
func (st *state) recent() float64 {
	sum := 0.0
	last := st.Metrics[max(0, len(st.Metrics)-stopPoints):]
	for _, m := range last {
		sum += m.Loss
	}
	return sum / float64(len(last))
}

// nextLook is the step behind which a block has to end, so that a net that stops does so at a point of its curve.
func (st *state) nextLook(step, every int) int {
	if st.until <= 0 {
		return math.MaxInt
	}
	return nextMultiple(step, every)
}
