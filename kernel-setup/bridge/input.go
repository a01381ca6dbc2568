package bridge

// Ask is a message of a program's feeder: the program waits for its standard input.
type Ask struct{}

// inputAllowed tells whether the running cell may ask its reader for input.
func (b *bridge) inputAllowed() bool {
	return b.running != nil && b.running.request.fields()["allow_stdin"] == true
}

// ask asks the reader for a line, for a program that waits for one. An order without Run means the end of input. An
// order without input means to wait on, because a question is open already: perhaps one of the program's own through
// GoNB, whose answer comes another way.
func (b *bridge) ask() Order {
	return await(b, func(got chan<- Order) {
		switch x := b.running; {
		case !b.inputAllowed():
			got <- Order{}
		case b.answer != nil || b.gonbAsks:
			got <- Order{Run: true}
		default:
			b.answer = got
			b.client.send(stdin, x.request.ids,
				answer(x.request, b.session, "input_request", map[string]any{"prompt": "", "password": false}))
		}
	})
}

// answered handles what the reader typed, and tells whether the bridge had asked for it.
func (b *bridge) answered(m *message) bool {
	if b.answer == nil || m.head.Type != "input_reply" {
		return false
	}
	value, _ := m.fields()["value"].(string)
	b.answer <- Order{Run: true, Input: value + "\n"}
	b.answer = nil
	return true
}

// closeInput ends the open questions of a cell that has ended.
func (b *bridge) closeInput() {
	if b.answer != nil {
		b.answer <- Order{}
	}
	b.answer, b.gonbAsks = nil, false
}
