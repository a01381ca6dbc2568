package formats

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"coadapt/gomlxnet/dataset"
)

const becauseHidden = "hidden, or kept by a system or a program"

// passedOver collects them.
type passedOver struct {
	mu   sync.Mutex
	list map[string]dataset.PassedOver
}

func (p *passedOver) add(reason, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.list == nil {
		p.list = map[string]dataset.PassedOver{}
	}
	was, ok := p.list[reason]
	if !ok {
		was = dataset.PassedOver{Reason: reason, First: name}
	}
	was.Count++
	was.First = min(was.First, name)
	p.list[reason] = was
}

// sorted is by reason.
func (p *passedOver) sorted() []dataset.PassedOver {
	p.mu.Lock()
	defer p.mu.Unlock()
	byReason := func(a, b dataset.PassedOver) int { return strings.Compare(a.Reason, b.Reason) }
	return slices.SortedFunc(maps.Values(p.list), byReason)
}
