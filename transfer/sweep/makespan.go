package sweep

import (
	"cmp"
	"container/heap"
	"slices"

	"coadapt/transfer"
)

// Job is a net and the seconds that training it takes.
type Job struct {
	Net     transfer.Net
	Seconds float64
}

// family is jobs and who waits for whom, by their places among the jobs. A net whose parent is not among the jobs waits
// for nobody.
type family struct {
	jobs     []Job
	children [][]int
	first    []int     // those that wait for none
	path     []float64 // seconds of the longest chain that a job begins

	critical float64        // seconds of the chain that takes longest: more workers cannot be faster
	chain    []transfer.Net // that chain
}

func familyOf(jobs []Job) *family {
	at := make(map[transfer.Net]int, len(jobs))
	for i, j := range jobs {
		at[j.Net] = i
	}
	f := &family{jobs: jobs, children: make([][]int, len(jobs)), path: make([]float64, len(jobs))}
	for i, j := range jobs {
		f.path[i] = max(f.path[i], j.Seconds)
		chain, sum, child := []transfer.Net{j.Net}, j.Seconds, i
		for p, ok := j.Net.Parent(); ok; p, ok = p.Parent() {
			k, here := at[p]
			if !here {
				break
			}
			if child == i {
				f.children[k] = append(f.children[k], i)
			}
			chain, sum, child = append(chain, p), sum+jobs[k].Seconds, k
			f.path[k] = max(f.path[k], sum)
		}
		if child == i {
			f.first = append(f.first, i)
		}
		if sum > f.critical {
			slices.Reverse(chain)
			f.critical, f.chain = sum, chain
		}
	}
	return f
}

// makespan is the time in seconds that the given number of workers takes for all
// jobs. Nets are scheduled as a Lab does: each on one worker, children after their
// parents, and those that begin the longest chains first.
func (f *family) makespan(workers int) float64 {
	var ready, busy queue
	put := func(jobs []int) {
		for _, j := range jobs {
			ready.put(-f.path[j], j)
		}
	}
	put(f.first)
	now := 0.0
	for len(ready.items) > 0 || len(busy.items) > 0 {
		for len(ready.items) > 0 && len(busy.items) < workers {
			_, j := ready.take()
			busy.put(now+f.jobs[j].Seconds, j)
		}
		var done int
		now, done = busy.take()
		put(f.children[done])
	}
	return now
}

// queue gives jobs by rising rank, and jobs of one rank in the order in which they came.
type queue struct {
	items []item
	count int
}

type item struct {
	rank  float64
	order int
	job   int
}

func (q *queue) put(rank float64, job int) {
	q.count++
	heap.Push(q, item{rank, q.count, job})
}

func (q *queue) take() (rank float64, job int) {
	x := heap.Pop(q).(item)
	return x.rank, x.job
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
