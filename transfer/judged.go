package transfer

import (
	"fmt"
	"math"
)

// chance is the share of ln(classes), the loss of a net that knows nothing,
// above which a net's training loss says that it learned next to nothing.
const chance = 0.8

// Judged is the result with status NotTrained where it was OK but the net never got away from the plateau at which it
// began: where its training loss, the mean over the last tenth of the steps, is above 0.8 of ln(classes). Of the nets
// of 2014 these are the ones on 5 to 100 images a class and those on three and more layers of random filters: at 0.84
// to 1.00, all others at 0.57 and below. Such a net says that the training failed, not what its features are worth;
// in no mean of figures and statistics. A net whose training loss is not known (0) is left as it is.
//
// This is the only place where it is decided, and it is decided before anybody sees a result: when it comes from a
// store, a file or a Lab. Tables, figures, statistics and exports go by Status alone. A store's entry keeps what was
// measured, with the status ok that training ended with, so that no entry is written anew.
func (r Result) Judged() Result {
	if plateau := math.Log(float64(r.Classes)); r.Status == OK && r.Classes > 1 && r.TrainLoss > chance*plateau {
		r.Status = NotTrained
		r.Reason = fmt.Sprintf("its training loss ended at %.3f, %.2f of ln %d = %.3f at which a net begins: it did "+
			"not train", r.TrainLoss, r.TrainLoss/plateau, r.Classes, plateau)
	}
	return r
}

// HasWeights says whether the net was trained to the end, however little it learned: only then can it be looked into,
// and give its layers to other nets.
func (r Result) HasWeights() bool { return r.Status == OK || r.Status == NotTrained }
