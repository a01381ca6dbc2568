package transfer

import (
	"encoding/json"
	"fmt"
)

// Status says whether a result is a number.
type Status string

// The statuses. Only a result that is OK has an accuracy; others are shown and
// never averaged in.
const (
	OK       Status = "ok"
	Diverged Status = "diverged" // the loss or a weight stopped being finite
	Blocked  Status = "blocked"  // its parent has no weights, so it was not trained
	// its training ended in an error, each time it was tried; not kept, so that the next run tries again
	Failed     Status = "failed"
	NotTrained Status = "not trained" // trained to the end and learned next to nothing; see Result.Judged
)

// Result is what is known of one trained net. Accuracy is top-1 on the whole
// test part, in [0, 1], by the rule in Selection: unless another was asked for,
// that after the last step, not the best over training.
type Result struct {
	Net       Net
	Status    Status
	Reason    string    // why the status is not OK
	Selection Selection // by which rule Accuracy was taken; "" is Final
	Accuracy  float64   // Correct/Tested
	Correct   int
	Tested    int     // test images
	Best10    float64 // mean of the ten largest test accuracies on the way; 0 where the net was tested less often
	Loss      float64 // mean cross-entropy on the test part after the last step, nats
	TrainLoss float64 // mean over the last tenth of the steps, nats
	// CleanLoss and CleanAccuracy are on CleanTested training pictures, shown as test pictures are: without dropout,
	// cut in the middle, not mirrored. CleanTested is 0 for nets that were trained before there was such a measure.
	CleanLoss     float64
	CleanAccuracy float64
	CleanTested   int
	// Scale is the RMS of the features at the cut, as they came from the parent, over training pictures; InitialScale
	// is what the parent's initial values gave there; Rescale is by what the features were multiplied, see
	// [Rescaled]. 0 where there is none.
	Scale, InitialScale, Rescale float64
	Classes                      int
	Steps                        int
	Images                       int     // seen in training
	Seconds                      float64 // of training and testing when it was made; a hit keeps them
	Data                         string  // name of the source of images
	Arch                         string  // name of the net's architecture
	Layers                       string  // names of its cuts, with commas; "" where they are the seven of 2014
	Key                          string  // of the store's entry
	// Experiment is equal for results that belong into one figure: those of one source, architecture, recipe and
	// backend.
	Experiment string
	Hit        bool // it was in the store
}

// Record is a result as a row of a table: flat, with the names that JSON, CSV
// and Parquet use. What may be absent is nil, or "" for Reason.
type Record struct {
	Name      string `json:"name" parquet:"name"`
	N         int    `json:"n" parquet:"n"`
	Condition string `json:"condition" parquet:"condition,dict"`
	Split     string `json:"split" parquet:"split,dict"`
	Seed      int    `json:"seed" parquet:"seed"`
	Source    string `json:"source" parquet:"source,dict"`
	Target    string `json:"target" parquet:"target,dict"`
	// null where the status is not ok, as are Best10 and CleanAccuracy
	Accuracy *float64 `json:"accuracy" parquet:"accuracy"`
	// losses of a net that did not train are kept: they say why it is in no mean
	Loss      *float64 `json:"loss" parquet:"loss"`
	TrainLoss *float64 `json:"train_loss" parquet:"train_loss"`
	Correct   int      `json:"correct" parquet:"correct"`
	Tested    int      `json:"tested" parquet:"tested"`
	Classes   int      `json:"classes" parquet:"classes"`
	// the mean accuracy over rows that are ok is that of tables and figures
	Status     Status   `json:"status" parquet:"status,dict"`
	Reason     string   `json:"reason" parquet:"reason,optional"`
	Steps      int      `json:"steps" parquet:"steps"`
	Images     int      `json:"images" parquet:"images"`
	Seconds    float64  `json:"seconds" parquet:"seconds"`
	Data       string   `json:"data" parquet:"data,dict"`
	Arch       string   `json:"arch" parquet:"arch,dict"`
	Experiment string   `json:"experiment" parquet:"experiment,dict"`
	Key        string   `json:"key" parquet:"key"`
	Hit        bool     `json:"hit" parquet:"hit"`
	Selection  string   `json:"selection" parquet:"selection,dict"`
	Best10     *float64 `json:"best10" parquet:"best10"` // null where there is none
	// Of training pictures on a clean pass; null where it was not made.
	CleanLoss     *float64 `json:"clean_loss" parquet:"clean_loss"`
	CleanAccuracy *float64 `json:"clean_accuracy" parquet:"clean_accuracy"`
	CleanTested   int      `json:"clean_tested" parquet:"clean_tested"`
	Scale         float64  `json:"scale" parquet:"scale"`
	InitialScale  float64  `json:"initial_scale" parquet:"initial_scale"`
	Rescale       float64  `json:"rescale" parquet:"rescale"`
	Layers        string   `json:"layers,omitempty" parquet:"layers,dict"`
}

// Record is the result as a row. Accuracies are nil where the status is not OK, losses where there are no weights.
func (r Result) Record() Record {
	rec := Record{
		Name:         r.Net.String(),
		N:            r.Net.N,
		Condition:    r.Net.Treatment.String(),
		Split:        r.Net.Split,
		Seed:         r.Net.Seed,
		Source:       r.Net.Source().String(),
		Target:       r.Net.Target.String(),
		Correct:      r.Correct,
		Tested:       r.Tested,
		Classes:      r.Classes,
		Status:       r.Status,
		Reason:       r.Reason,
		Steps:        r.Steps,
		Images:       r.Images,
		Seconds:      r.Seconds,
		Data:         r.Data,
		Arch:         r.Arch,
		Experiment:   r.Experiment,
		Key:          r.Key,
		Hit:          r.Hit,
		CleanTested:  r.CleanTested,
		Scale:        r.Scale,
		InitialScale: r.InitialScale,
		Rescale:      r.Rescale,
		Layers:       r.Layers,
	}
	rec.Selection = string(r.Selection)
	if r.Selection == "" {
		rec.Selection = string(Final)
	}
	if r.HasWeights() {
		rec.Loss, rec.TrainLoss = &r.Loss, &r.TrainLoss
		if r.CleanTested > 0 {
			rec.CleanLoss = &r.CleanLoss
		}
	}
	if r.Status == OK {
		rec.Accuracy = &r.Accuracy
		if r.Best10 > 0 {
			rec.Best10 = &r.Best10
		}
		if r.CleanTested > 0 {
			rec.CleanAccuracy = &r.CleanAccuracy
		}
	}
	return rec
}

// MarshalJSON writes the Record.
func (r Result) MarshalJSON() ([]byte, error) { return json.Marshal(r.Record()) }

// UnmarshalJSON reads what MarshalJSON writes, and judges it (see Judged); the net is that of the name.
func (r *Result) UnmarshalJSON(data []byte) error {
	var rec Record
	if err := json.Unmarshal(data, &rec); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	var err error
	*r, err = rec.result()
	return err
}

// result is what the record is of, judged.
func (rec Record) result() (Result, error) {
	net, err := ParseNet(rec.Name)
	if err != nil {
		return Result{}, fmt.Errorf("result: %w", err)
	}
	read := Result{
		Net:          net,
		Status:       rec.Status,
		Reason:       rec.Reason,
		Correct:      rec.Correct,
		Tested:       rec.Tested,
		Classes:      rec.Classes,
		Steps:        rec.Steps,
		Images:       rec.Images,
		Seconds:      rec.Seconds,
		Data:         rec.Data,
		Arch:         rec.Arch,
		Experiment:   rec.Experiment,
		Key:          rec.Key,
		Hit:          rec.Hit,
		CleanTested:  rec.CleanTested,
		Scale:        rec.Scale,
		InitialScale: rec.InitialScale,
		Rescale:      rec.Rescale,
		Layers:       rec.Layers,
	}
	if rec.Status == OK && (rec.Accuracy == nil || rec.Loss == nil || rec.TrainLoss == nil) {
		return Result{}, fmt.Errorf("result %s: status ok without accuracy and losses", rec.Name)
	}
	if read.HasWeights() {
		number := func(x *float64) float64 {
			if x == nil {
				return 0
			}
			return *x
		}
		read.Accuracy, read.Loss, read.TrainLoss = number(rec.Accuracy), number(rec.Loss), number(rec.TrainLoss)
		read.CleanAccuracy, read.CleanLoss = number(rec.CleanAccuracy), number(rec.CleanLoss)
		read.Best10 = number(rec.Best10)
		if rec.Accuracy == nil && rec.Tested > 0 {
			read.Accuracy = float64(rec.Correct) / float64(rec.Tested)
		}
	}
	if Selection(rec.Selection) != Final {
		read.Selection = Selection(rec.Selection)
	}
	return read.Judged(), nil
}

// possible says what in the result no net can come to.
func (r Result) possible() error {
	switch {
	case r.Tested < 0 || r.Correct < 0 || r.Correct > r.Tested:
		return fmt.Errorf("%d of %d test images are right, want 0 to all of them", r.Correct, r.Tested)
	case r.CleanTested < 0 || r.Classes < 0 || r.Steps < 0 || r.Images < 0:
		return fmt.Errorf("%d classes, %d steps, %d images and %d of them tested, want none below 0", r.Classes,
			r.Steps, r.Images, r.CleanTested)
	}
	for _, a := range []struct {
		name  string
		value float64
	}{{"accuracy", r.Accuracy}, {"best10", r.Best10}, {"clean_accuracy", r.CleanAccuracy}} {
		if !(a.value >= 0 && a.value <= 1) {
			return fmt.Errorf("%s %v, want 0 to 1", a.name, a.value)
		}
	}
	return nil
}
