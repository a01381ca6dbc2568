package sweep

import (
	"cmp"
	"container/heap"
	"slices"

	"coadapt/transfer"
)

// Job is a net with the seconds that it takes.
type Job struct {
	Net     transfer.Net
	Seconds float64
}

// CriticalPath is the chain of nets that takes longest, and its seconds: no
// number of workers is faster. Nets whose parent is not among the jobs begin chains.
func CriticalPath(jobs []Job) (chain []transfer.Net, total float64) {
	times := jobTimes(jobs)
	for _, j := range jobs {
		path, sum := []transfer.Net{j.Net}, j.Seconds
		if p, ok := j.Net.Parent(); ok {
			if t, ok := times[p]; ok {
				path, sum = []transfer.Net{p, j.Net}, sum+t
			}
		}
		if sum > total {
			chain, total = path, sum
		}
	}
	return chain, total
}

func jobTimes(jobs []Job) map[transfer.Net]float64 {
	times := make(map[transfer.Net]float64, len(jobs))
	for _, j := range jobs {
		times[j.Net] = j.Seconds
	}
	return times
}

// Makespan is how many seconds so many workers take for all jobs, each net on one
// worker at a time, children after their parents, and what begins the longest chain first, as a
// Lab schedules them.
func Makespan(jobs []Job, workers int) float64 {
	times := jobTimes(jobs)
	children := map[transfer.Net][]Job{}
	path := make(map[transfer.Net]float64, len(jobs))
	var ready []Job
	for _, j := range jobs {
		path[j.Net] = max(path[j.Net], j.Seconds)
		p, ok := j.Net.Parent()
		if _, here := times[p]; ok && here {
			children[p] = append(children[p], j)
			path[p] = max(path[p], times[p]+j.Seconds)
			continue
		}
		ready = append(ready, j)
	}
	before := func(a, b Job) int { return cmp.Compare(path[b.Net], path[a.Net]) }
	slices.SortStableFunc(ready, before)
	var busy ends
	var now float64
	for len(ready) > 0 || len(busy) > 0 {
		for len(ready) > 0 && len(busy) < workers {
			heap.Push(&busy, end{now + ready[0].Seconds, ready[0].Net})
			ready = ready[1:]
		}
		done := heap.Pop(&busy).(end)
		now = done.at
		if more := children[done.net]; len(more) > 0 {
			ready = append(ready, more...)
			slices.SortStableFunc(ready, before)
		}
	}
	return now
}

// end is when a worker is done with a net.
type end struct {
	at  float64
	net transfer.Net
}

type ends []end

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, j int) bool { return e[i].at < e[j].at }
func (e ends) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *ends) Push(x any)        { *e = append(*e, x.(end)) }
func (e *ends) Pop() any {
	old := *e
	x := old[len(old)-1]
	*e = old[:len(old)-1]
	return x
}
