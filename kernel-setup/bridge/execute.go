package bridge

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// execution is the cell that GoNB runs.
type execution struct {
	request     *message
	cell        cell
	count       int
	store, stop bool // store_history and stop_on_error of the request
	silent      bool
	interrupted bool
	reply, idle *message // GoNB's last two messages; the cell has ended when both are there
	fault       *message // GoNB's error
	command     *failure // of the first shell command that failed
	finishing   bool

	stderr    string // the end of what its program wrote to stderr
	held      string // the part of it that looks like a panic; it is shown only if the program goes on
	lineStart bool
	note      *message // GoNB's "exit status 1" on stderr, which the error replaces
	result    string   // an expression's value
}

// settle is how long the reply to a failed cell waits for requests that were sent before the client could know of the
// failure.
const settle = 50 * time.Millisecond

// keptStderr is how much of a program's stderr is kept, to find the cause of its end.
const keptStderr = 64 << 10

// next sends GoNB the next cell.
func (b *bridge) next() {
	if b.gonb == nil || b.running != nil || len(b.queue) == 0 {
		return
	}
	m := b.queue[0]
	b.queue = b.queue[1:]
	f := m.fields()
	source, _ := f["code"].(string)
	silent, _ := f["silent"].(bool)
	x := &execution{request: m, cell: prepare(source, b.cfg.Runner), store: f["store_history"] != false && !silent,
		stop:   f["stop_on_error"] != false,
		silent: silent, lineStart: true}
	if x.store {
		b.count++
	}
	x.count = b.count
	b.cells[x.count] = x.cell
	b.running = x
	_ = os.Remove(b.resultFile()) // an earlier cell's, if any
	send := m.complete(map[string]any{"code": "", "silent": false, "store_history": true, "allow_stdin": false,
		"user_expressions": map[string]any{}})
	if x.cell.code != source || silent {
		f = send.fields()
		f["code"], f["store_history"] = x.cell.code, x.store
		send = send.with(f)
	}
	b.gonb.send(shell, m.ids, send)
}

// hello decides whether a program that reports may run: after a failed command or an interrupt, nothing more of the
// cell runs.
func (b *bridge) hello(h Hello) Order {
	return await(b, func(order chan<- Order) {
		x := b.running
		switch {
		case h.Kind == KindServer:
			order <- Order{Run: true}
		case h.Kind == KindInput:
			order <- Order{Run: b.inputAllowed()}
		case h.Kind == KindTool && h.Tool == "goimports" && x == nil:
			// for a completion: it takes longer than all the rest, and gopls knows of packages itself
			order <- Order{Skip: true}
		case x != nil && (x.command != nil || x.interrupted):
			order <- Order{}
		case h.Kind == KindTool:
			order <- Order{Run: true}
		case x != nil && h.Command >= 0 && h.Command < len(x.cell.commands):
			order <- Order{Run: true, Argv: x.cell.commands[h.Command].argv, Feed: x.cell.commands[h.Command].feed}
		default:
			order <- Order{}
		}
	})
}

// exited handles the end of a program.
func (b *bridge) exited(h Hello, e Exit) {
	await(b, func(heard chan<- struct{}) {
		defer close(heard)
		x := b.running
		if h.Kind != KindCommand || e.How == "" || x == nil || x.command != nil || h.Command >= len(x.cell.commands) {
			return
		}
		c := x.cell.commands[h.Command]
		at := failed{count: x.count, cells: b.cells}.at(x.count, c.line+1, 0)
		x.command = &failure{name: "command failed", value: at.where + ": " + c.text + ": " + e.How,
			traceback: []string{at.where + ": " + e.How + "\n    " + at.text}}
	})
}

var clearScreen = regexp.MustCompile(`(?:\x1b\[H)?\x1b\[2J(?:\x1b\[3J)?(?:\x1b\[H)?`)

// output handles what GoNB publishes for the running cell.
func (b *bridge) output(x *execution, m *message) {
	switch m.head.Type {
	case "status":
		if m.fields()["execution_state"] == "idle" {
			x.idle = m
			b.finish(x)
			return
		}
	case "error":
		x.fault = m
		return
	case "execute_input":
		if x.cell.code != x.cell.source {
			f := m.fields()
			f["code"] = x.cell.source
			m = m.with(f)
		}
	case "stream":
		var s struct{ Name, Text string }
		if json.Unmarshal(m.content, &s) == nil && s.Name == "stderr" {
			b.stderr(x, m, s.Text)
			return
		}
		if at := clearScreen.FindStringIndex(s.Text); at != nil {
			b.clear(m, s.Text[:at[0]], s.Text[at[1]:])
			return
		}
	}
	b.client.publish(m)
}

// clear clears the output when a program clears its terminal's screen.
func (b *bridge) clear(m *message, before, after string) {
	say := func(text string) {
		if text != "" {
			b.client.publish(m.with(map[string]any{"name": "stdout", "text": text}))
		}
	}
	say(before)
	b.client.publish(answer(&message{header: m.parent, head: m.above}, b.session, "clear_output",
		map[string]any{"wait": after != ""}))
	say(after)
}

// stderr passes on what the cell's program writes, except for two things: a panic, which becomes the error, and GoNB's
// note of the exit status.
func (b *bridge) stderr(x *execution, m *message, text string) {
	if exitNote.MatchString(text) && x.note == nil {
		x.note = m
		return
	}
	b.release(x, false)
	x.stderr = x.stderr + text
	x.stderr = x.stderr[max(0, len(x.stderr)-keptStderr):]
	if x.held != "" {
		x.held += text
		return
	}
	if at := dying.FindStringIndex(text); at != nil && (at[0] > 0 || x.lineStart) {
		x.held = text[at[0]:]
		b.after(time.Second, func() {
			if b.running == x && x.reply == nil { // it was no panic after all
				b.release(x, true)
			}
		})
		if text = text[:at[0]]; text == "" {
			return
		}
		m = m.with(map[string]any{"name": "stderr", "text": text})
	}
	x.lineStart = strings.HasSuffix(text, "\n")
	b.client.publish(m)
}

// release publishes what was held back. A panic is published only if all is true.
func (b *bridge) release(x *execution, all bool) {
	if x.note != nil {
		b.client.publish(x.note)
		x.note = nil
	}
	if all && x.held != "" {
		b.client.publish(answer(x.request, b.session, "stream", map[string]any{"name": "stderr", "text": x.held}))
		x.held = ""
		x.lineStart = true
	}
}

// finish ends the running cell once both of GoNB's last messages are there.
func (b *bridge) finish(x *execution) {
	if x.reply == nil || x.idle == nil || x.finishing {
		return
	}
	x.finishing = true
	why := b.why(x)
	if why == nil || !x.stop {
		b.conclude(x, why)
		b.next()
		return
	}
	b.after(settle, func() {
		b.conclude(x, why)
		b.abort()
	})
}

// why says why the cell failed; nil if it did not.
func (b *bridge) why(x *execution) *failure {
	reply := x.reply.fields()
	isError := reply["status"] != "ok"
	switch {
	case x.interrupted && (isError || x.command != nil):
		return &failure{name: "interrupted", value: "the cell was interrupted",
			traceback: []string{"the cell was interrupted"}}
	case x.command != nil:
		return x.command
	case !isError:
		return nil
	}
	f := failed{count: x.count, cells: b.cells, stderr: x.stderr, root: b.cfg.Root}
	f.value, _ = reply["evalue"].(string)
	list, _ := reply["traceback"].([]any)
	for _, line := range list {
		text, _ := line.(string)
		f.traceback = append(f.traceback, text)
	}
	found := f.explain()
	return &found
}

// conclude publishes the cell's result or error and sends its reply.
func (b *bridge) conclude(x *execution, why *failure) {
	content := map[string]any{"status": "ok", "user_expressions": map[string]any{}, "payload": []any{}}
	if why != nil {
		x.note = nil
		if strings.HasPrefix(why.name, "panic") || why.name == "fatal error" || why.name == "runtime" || x.interrupted {
			x.held = ""
		}
		content = why.reply()
	}
	b.release(x, true)
	if why != nil {
		b.client.publish(answer(x.request, b.session, "error", why.content()))
	} else {
		b.value(x)
		b.imported(x.cell)
		content["user_expressions"] = refusals(x.request)
	}
	content["execution_count"] = x.count
	if x.store {
		e := entry{line: x.count, input: x.cell.source}
		if x.result != "" {
			e.output = &x.result
		}
		b.history = append(b.history, e)
	}
	b.running = nil
	b.closeInput()
	b.client.send(shell, x.request.ids, answer(x.request, b.session, "execute_reply", content))
	b.status(x.request, "idle")
	b.warm()
}

// value publishes an expression's value as the cell's result.
func (b *bridge) value(x *execution) {
	text, err := os.ReadFile(b.resultFile())
	if !x.cell.value || x.silent || err != nil {
		return
	}
	x.result = string(text)
	b.client.publish(answer(x.request, b.session, "execute_result", map[string]any{"execution_count": x.count,
		"data": map[string]any{"text/plain": x.result}, "metadata": map[string]any{}}))
}

func (b *bridge) resultFile() string { return filepath.Join(b.cfg.Dir, "result") }

// reply is the content of a reply that reports a failure.
func (f failure) reply() map[string]any {
	content := f.content()
	content["status"] = "error"
	return content
}

// refusals refuses user_expressions, which ask for values of a running program. A cell's program has ended by then.
func refusals(request *message) map[string]any {
	out := map[string]any{}
	asked, _ := request.fields()["user_expressions"].(map[string]any)
	for name := range asked {
		out[name] = failure{"not supported", "a Go cell's program has ended when its expressions are asked for",
			[]string{}}.reply()
	}
	return out
}

// abort answers waiting cells as aborted, as the protocol requires after an error.
func (b *bridge) abort() {
	for _, m := range b.queue {
		b.respond(shell, m, "execute_reply", map[string]any{"status": "aborted", "execution_count": b.count})
	}
	b.queue = nil
}
