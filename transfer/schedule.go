package transfer

import (
	"cmp"
	"slices"
	"time"

	"coadapt/gomlxnet/arch"
)

// job is one net of a schedule.
type job struct {
	net      Net
	shape    arch.Cut // see Lab.shape
	silent   bool     // a parent that nobody asked for
	order    int      // in the list of nets
	cost     float64  // of training it, in any unit
	path     float64  // cost of the longest chain of nets that begins with it
	parent   *job
	children []*job
	key      string    // of its result, once it has one
	open     int       // children not finished
	tries    int       // failed ones
	waits    time.Time // not to be tried before
	held     time.Time // since when another worker is known to have it
}

// schedule is the nets of a curve that are not finished, as a graph in which
// children wait for their parents. The job whose longest chain costs most comes
// first, so that no long chain is left for the end while workers have nothing
// to do. It is for one goroutine at a time.
type schedule struct {
	ready []*job // their parents are finished; longest path first, then in the order of the list
	left  int    // jobs not finished
	total float64
}

// newSchedule adds to the nets the parents that are not asked for.
func newSchedule(nets []Net, cost func(Net) float64, shape func(Net) arch.Cut) *schedule {
	s := new(schedule)
	jobs := make(map[Net]*job, len(nets))
	var all []*job
	add := func(n Net, silent bool) *job {
		j := jobs[n]
		if j == nil {
			j = &job{net: n, silent: silent, order: len(all), cost: cost(n), shape: shape(n)}
			jobs[n], all = j, append(all, j)
		}
		j.silent = j.silent && silent
		return j
	}
	for _, n := range nets {
		add(n, false)
	}
	for i := 0; i < len(all); i++ { // parents that are added have parents, too
		j := all[i]
		if parent, ok := j.net.Parent(); ok {
			p := add(parent, true)
			j.parent, p.children, p.open = p, append(p.children, j), p.open+1
		}
	}
	for _, j := range all {
		j.path = j.longest()
		s.total += j.cost
		if _, ok := j.net.Parent(); !ok {
			s.ready = append(s.ready, j)
		}
	}
	slices.SortStableFunc(s.ready, before)
	s.left = len(all)
	return s
}

// longest is the cost of the longest chain of nets that begins with the job.
func (j *job) longest() float64 {
	below := 0.0
	for _, c := range j.children {
		below = max(below, c.longest())
	}
	return j.cost + below
}

func before(a, b *job) int {
	return cmp.Or(cmp.Compare(b.path, a.path), cmp.Compare(a.order, b.order))
}

// put makes a job ready.
func (s *schedule) put(j *job) {
	at, _ := slices.BinarySearchFunc(s.ready, j, before)
	s.ready = slices.Insert(s.ready, at, j)
}

// finish takes a job out and makes its children ready.
func (s *schedule) finish(j *job) {
	s.left--
	for _, c := range j.children {
		s.put(c)
	}
}

// lookAhead is how far from the front a worker may take a job.
const lookAhead = 8

// next takes the job that suits a worker best among those at the front: one
// whose graph it has compiled, else one whose graph no worker has or makes, else the
// first. Where all that is ready must wait, it says until when; a zero time
// means that nothing is ready.
func (s *schedule) next(now time.Time, mine, anyones func(shape arch.Cut) bool) (j *job, wait time.Time) {
	var front []int
	for i, j := range s.ready {
		if j.waits.After(now) {
			if wait.IsZero() || j.waits.Before(wait) {
				wait = j.waits
			}
			continue
		}
		if front = append(front, i); len(front) == lookAhead {
			break
		}
	}
	if len(front) == 0 {
		return nil, wait
	}
	best := slices.IndexFunc(front, func(i int) bool { return mine(s.ready[i].shape) })
	if best < 0 {
		best = max(0, slices.IndexFunc(front, func(i int) bool { return !anyones(s.ready[i].shape) }))
	}
	j = s.ready[front[best]]
	s.ready = slices.Delete(s.ready, front[best], front[best]+1)
	return j, time.Time{}
}
