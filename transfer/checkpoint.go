package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/train"
	"coadapt/transfer/store"
)

// state is what a net has between two steps besides weights and momentum.
// Data order, crops and dropout masks are functions of the seed and the step,
// so that the step stands for all random state.
type state struct {
	Step    int       `json:"step"`  // steps done
	Sum     float64   `json:"sum"`   // of the losses since the last metric
	Since   int       `json:"since"` // steps since the last metric
	Last    float64   `json:"last"`  // sum of the losses of the last tenth
	Rate    float64   `json:"rate"`  // of the last step
	Metrics []Metric  `json:"metrics"`
	Tests   []float64 `json:"tests"`   // accuracies of the tests on the way, see Recipe.TestEvery
	Seconds float64   `json:"seconds"` // of training and testing, over all workers that had a part in it

	since func() float64 // Seconds up to now
	until float64        // above 0: the training loss at which the net stops, see Stopped
}

// add counts step k, from 0.
func (st *state) add(k int, loss, rate float64, late bool) {
	st.Step, st.Rate = k+1, rate
	st.Sum, st.Since = st.Sum+loss, st.Since+1
	if late {
		st.Last += loss
	}
}

// The files of a checkpoint beside the weights.
const (
	stateFile    = "state.json"
	momentumFile = "momentum.safetensors"
)

const (
	defaultCheckpoint = 30 * time.Second
	// checkpointCost is how many times as long as keeping a checkpoint took a net is trained before the next one, where
	// nothing else was asked for: large nets, of many workers on one file system, keep fewer.
	checkpointCost = 30
	// stuck is how long a net may take over one step, or one batch of a test, before its lease is no longer renewed.
	// Compiling the first step of a large net takes minutes.
	stuck = 20 * time.Minute
)

// keeper keeps what a net has so far, under the lease of its key.
type keeper struct {
	lease  *store.Lease
	every  time.Duration // between checkpoints; below 0: none
	cost   int           // how many times as long as the last one took, at least
	steps  int           // between checkpoints; 0: none
	notice func(string)

	last  time.Time // of the last checkpoint
	took  time.Duration
	kept  int // its step
	moved atomic.Pointer[beat]
	stop  func()
}

type beat struct {
	Progress
	at time.Time
}

func (l *Lab) keeper(lease *store.Lease, p *Plan) *keeper {
	k := &keeper{lease: lease, every: l.cfg.Checkpoint, steps: l.cfg.CheckpointSteps, last: time.Now(),
		notice: func(s string) { l.report(notice(p.Net, s)) }}
	if k.every == 0 {
		k.every, k.cost = defaultCheckpoint, checkpointCost
	}
	k.moved.Store(&beat{Progress{Net: p.Net, Steps: p.Recipe.Steps}, time.Now()})
	k.stop = lease.Keep(func() (any, bool) {
		b := k.moved.Load()
		return b, time.Since(b.at) < stuck
	})
	return k
}

// heartbeat says that the work goes on.
func (k *keeper) heartbeat() {
	b := *k.moved.Load()
	b.at = time.Now()
	k.moved.Store(&b)
}

// log adds a line to the net's log. That it cannot be written is no reason to stop.
func (k *keeper) log(format string, args ...any) {
	_ = k.lease.Log(time.Now().UTC().Format(time.RFC3339) + " " + fmt.Sprintf(format, args...))
}

// failed writes a failure down where status and logs look for it. That this
// cannot be done, as on a full disk, is no failure of its own.
func (k *keeper) failed(err error, try int) error {
	k.log("failed: %v", err)
	_ = k.lease.Fail(err.Error(), try)
	return &trainError{err}
}

// resume loads the last checkpoint into the trainer, where there is one that is whole.
func (k *keeper) resume(trainer *train.Trainer, p *Plan) (*state, error) {
	step, files, faults, err := k.lease.Latest()
	for _, f := range faults {
		k.notice(f.Error())
		k.log("%v", f)
	}
	if err != nil {
		return nil, err
	}
	st := new(state)
	if files == nil {
		k.log("begins")
		return st, nil
	}
	fail := func(err error) (*state, error) {
		return nil, fmt.Errorf("checkpoint of %s at step %d: %w", p.Net, step, err)
	}
	if err := json.Unmarshal(files[stateFile], st); err != nil {
		return fail(err)
	}
	weights, err := decodeWeights(files[weightsFile])
	if err != nil {
		return fail(err)
	}
	momentum, err := decodeWeights(files[momentumFile])
	if err != nil {
		return fail(err)
	}
	if err := trainer.Load(weights, p.Cut); err != nil {
		return fail(err)
	}
	if err := trainer.SetMomentum(momentum); err != nil {
		return fail(err)
	}
	k.kept = step
	k.log("goes on from step %d of %d", step, p.Recipe.Steps)
	return st, nil
}

// next is the step behind which a checkpoint is due next, steps taken so far, where their number tells.
func (k *keeper) next(steps int) int { return nextMultiple(steps, k.steps) }

// nextMultiple is the first multiple of every above steps; where every is 0 there is none.
func nextMultiple(steps, every int) int {
	if every <= 0 {
		return math.MaxInt
	}
	return steps - steps%every + every
}

// step keeps a checkpoint where one is due. It fails where the work has become another's.
func (k *keeper) step(trainer *train.Trainer, p *Plan, st *state, loss float64) error {
	k.moved.Store(&beat{Progress{Net: p.Net, Step: st.Step, Steps: p.Recipe.Steps, Loss: loss}, time.Now()})
	if k.lease.Lost() {
		return store.ErrLost
	}
	due := k.steps > 0 && st.Step%k.steps == 0 || k.every > 0 && time.Since(k.last) >= k.pause()
	if !due || st.Step == p.Recipe.Steps {
		return nil
	}
	return k.checkpoint(trainer, p, st)
}

// pause is the time between two checkpoints.
func (k *keeper) pause() time.Duration { return max(k.every, time.Duration(k.cost)*k.took) }

// checkpoint keeps the state between two steps. Where it cannot be written the
// net goes on without: only that the work is another's is an error.
func (k *keeper) checkpoint(trainer *train.Trainer, p *Plan, st *state) error {
	if st.Step == k.kept || k.every < 0 && k.steps <= 0 {
		return nil
	}
	began := time.Now()
	err := k.write(trainer, st)
	k.last = time.Now()
	k.took = k.last.Sub(began)
	if errors.Is(err, store.ErrLost) {
		return err
	}
	if err != nil {
		k.notice(fmt.Sprintf("%s: step %d was not kept: %v", p.Net, st.Step, err))
		return nil
	}
	k.kept = st.Step
	return nil
}

func (k *keeper) write(trainer *train.Trainer, st *state) error {
	files := make(store.Files)
	for name, read := range map[string]func() (arch.Weights, error){weightsFile: trainer.Weights,
		momentumFile: trainer.Momentum} {
		w, err := read()
		if err != nil {
			return err
		}
		if files[name], err = encodeWeights(w); err != nil {
			return err
		}
	}
	st.Seconds = st.since()
	var err error
	if files[stateFile], err = json.Marshal(st); err != nil {
		return err
	}
	return k.lease.Checkpoint(st.Step, files)
}

// ProgressOf is what the holder of a net's lease said last of its step and loss.
func ProgressOf(h store.Holder) (p Progress, ok bool) {
	err := json.Unmarshal(h.Progress, &p)
	return p, err == nil && p.Steps > 0
}
