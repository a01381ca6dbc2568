package sweep

import (
	"cmp"
	"container/heap"
	"iter"
	"slices"

	"coadapt/transfer"
)

// Job is a net and the seconds that training it takes.
type Job struct {
	Net     transfer.Net
	Seconds float64
}

// CriticalPath is the chain of nets that takes longest, with its seconds: more
// workers cannot be faster. A net whose parent is not among the jobs begins a chain.
func CriticalPath(jobs []Job) (chain []transfer.Net, total float64) {
	times := jobTimes(jobs)
	for _, j := range jobs {
		path, sum := []transfer.Net{j.Net}, j.Seconds
		for p := range ancestors(j.Net, times) {
			path, sum = slices.Insert(path, 0, p), sum+times[p]
		}
		if sum > total {
			chain, total = path, sum
		}
	}
	return chain, total
}

// ancestors yields the net's parent, and its parent, as far as they are among the jobs.
func ancestors(n transfer.Net, times map[transfer.Net]float64) iter.Seq[transfer.Net] {
	return func(yield func(transfer.Net) bool) {
		for p, ok := n.Parent(); ok; p, ok = p.Parent() {
			if _, here := times[p]; !here || !yield(p) {
				return
			}
		}
	}
}

func jobTimes(jobs []Job) map[transfer.Net]float64 {
	times := make(map[transfer.Net]float64, len(jobs))
	for _, j := range jobs {
		times[j.Net] = j.Seconds
	}
	return times
}

// Makespan is the time in seconds that the given number of workers takes for all
// jobs. Nets are scheduled as a Lab does: each on one worker, children after their
// parents, and those that begin the longest chains first.
func Makespan(jobs []Job, workers int) float64 {
	times := jobTimes(jobs)
	children := map[transfer.Net][]Job{}
	path := make(map[transfer.Net]float64, len(jobs))
	var first []Job
	for _, j := range jobs {
		path[j.Net] = max(path[j.Net], j.Seconds)
		sum := j.Seconds
		for p := range ancestors(j.Net, times) {
			sum += times[p]
			path[p] = max(path[p], sum)
		}
		p, ok := j.Net.Parent()
		if _, here := times[p]; ok && here {
			children[p] = append(children[p], j)
			continue
		}
		first = append(first, j)
	}
	var ready, busy queue
	put := func(jobs []Job) {
		for _, j := range jobs {
			ready.put(-path[j.Net], j.Net)
		}
	}
	put(first)
	now := 0.0
	for len(ready.items) > 0 || len(busy.items) > 0 {
		for len(ready.items) > 0 && len(busy.items) < workers {
			_, n := ready.take()
			busy.put(now+times[n], n)
		}
		var done transfer.Net
		now, done = busy.take()
		put(children[done])
	}
	return now
}

// queue gives nets by rising rank, and nets of one rank in the order in which they came.
type queue struct {
	items []item
	count int
}

type item struct {
	rank  float64
	order int
	net   transfer.Net
}

func (q *queue) put(rank float64, n transfer.Net) {
	q.count++
	heap.Push(q, item{rank, q.count, n})
}

func (q *queue) take() (rank float64, n transfer.Net) {
	x := heap.Pop(q).(item)
	return x.rank, x.net
}

// Len, Less, Swap, Push and Pop are for package heap.
func (q *queue) Len() int { return len(q.items) }

// Less orders by rank, then by order.
func (q *queue) Less(i, j int) bool {
	a, b := q.items[i], q.items[j]
	return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.order, b.order)) < 0
}

// Swap exchanges two items.
func (q *queue) Swap(i, j int) { q.items[i], q.items[j] = q.items[j], q.items[i] }

// Push adds an item at the end.
func (q *queue) Push(x any) { q.items = append(q.items, x.(item)) }

// Pop takes the last item.
func (q *queue) Pop() any {
	last := len(q.items) - 1
	x := q.items[last]
	q.items = q.items[:last]
	return x
}
