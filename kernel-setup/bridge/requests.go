package bridge

import (
	"encoding/json"
	"fmt"
	"maps"
)

// onShell handles a request from the shell channel.
func (b *bridge) onShell(m *message) {
	if b.gonb == nil && m.head.Type != "shutdown_request" {
		b.waiting = append(b.waiting, func() { b.onShell(m) })
		return
	}
	switch m.head.Type {
	case "execute_request":
		b.queue = append(b.queue, m)
		b.next()
	case "shutdown_request": // old clients send it on this channel
		b.shutdown(shell, m)
	case "complete_request":
		b.complete(m)
	case "inspect_request":
		b.gonb.send(shell, m.ids, m.complete(map[string]any{"code": "", "cursor_pos": 0, "detail_level": 0}))
	default:
		if kind, content := b.reply(m); kind != "" {
			b.respond(shell, m, kind, content)
			return
		}
		b.noteComm(m)
		b.gonb.send(shell, m.ids, m)
	}
}

// onControl handles a request from the control channel. GoNB would answer it on the shell channel, if at all.
func (b *bridge) onControl(m *message) {
	switch m.head.Type {
	case "interrupt_request":
		b.interrupt()
		b.respond(control, m, "interrupt_reply", map[string]any{"status": "ok"})
	case "shutdown_request":
		b.shutdown(control, m)
	default:
		if b.gonb == nil {
			b.waiting = append(b.waiting, func() { b.onControl(m) })
			return
		}
		if kind, content := b.reply(m); kind != "" {
			b.respond(control, m, kind, content)
		}
	}
}

// onStdin passes on what the reader typed.
func (b *bridge) onStdin(m *message) {
	if b.gonb != nil && !b.answered(m) {
		b.gonbAsks = false
		b.gonb.send(stdin, m.ids, m)
	}
}

// reply answers requests that GoNB does not answer, and those that it would answer only after the running cell.
func (b *bridge) reply(m *message) (kind string, content map[string]any) {
	switch m.head.Type {
	case "kernel_info_request":
		return "kernel_info_reply", b.info
	case "is_complete_request":
		code, _ := m.fields()["code"].(string)
		status, indent := completeness(code)
		content = map[string]any{"status": status}
		if status == "incomplete" {
			content["indent"] = indent
		}
		return "is_complete_reply", content
	case "history_request":
		var r historyRequest
		if err := json.Unmarshal(m.content, &r); err != nil {
			return "history_reply", failure{"bad request", err.Error(), []string{}}.reply()
		}
		return "history_reply", map[string]any{"status": "ok", "history": b.history.reply(r)}
	case "comm_info_request":
		target, _ := m.fields()["target_name"].(string)
		open := map[string]any{}
		for id, name := range b.comms {
			if target == "" || target == name {
				open[id] = map[string]any{"target_name": name}
			}
		}
		return "comm_info_reply", map[string]any{"status": "ok", "comms": open}
	case "connect_request":
		return "connect_reply",
			map[string]any{"status": "ok", "shell_port": b.conn.ShellPort, "iopub_port": b.conn.IOPubPort,
				"stdin_port": b.conn.StdinPort, "hb_port": b.conn.HBPort, "control_port": b.conn.ControlPort}
	}
	return "", nil
}

// respond sends the bridge's own answer, between busy and idle as the protocol requires. Front ends show the last state
// that they receive, so if a cell is running, busy is sent again.
func (b *bridge) respond(on channel, m *message, kind string, content map[string]any) {
	b.status(m, "busy")
	b.client.send(on, m.ids, answer(m, b.session, kind, content))
	b.status(m, "idle")
	if b.running != nil {
		b.status(b.running.request, "busy")
	}
}

// shutdown ends the kernel.
func (b *bridge) shutdown(on channel, m *message) {
	restart, _ := m.fields()["restart"].(bool)
	content := map[string]any{"status": "ok", "restart": restart}
	b.respond(on, m, "shutdown_reply", content)
	b.client.publish(answer(m, b.session, "shutdown_reply", content))
	b.end(errShutdown)
}

// fromShell passes GoNB's replies on: that of the running cell once its end has been published, others at once.
func (b *bridge) fromShell(m *message) {
	if x := b.running; x != nil && m.above.ID == x.request.head.ID && m.head.Type == "execute_reply" {
		x.reply = m
		b.finish(x)
		return
	}
	if m.head.Type == "complete_reply" {
		m = b.completed(m)
	}
	b.client.send(shell, m.ids, m)
}

// fromIOPub passes on what GoNB publishes. Messages of the running cell go through output first.
func (b *bridge) fromIOPub(m *message) {
	b.noteComm(m)
	if x := b.running; x != nil && m.above.ID == x.request.head.ID {
		b.output(x, m)
		return
	}
	b.client.publish(m)
}

// noteComm keeps the list of open comms.
func (b *bridge) noteComm(m *message) {
	var c struct {
		ID     string `json:"comm_id"`
		Target string `json:"target_name"`
	}
	open := m.head.Type == "comm_open"
	if !open && m.head.Type != "comm_close" || json.Unmarshal(m.content, &c) != nil {
		return
	}
	if open {
		b.comms[c.ID] = c.Target
	} else {
		delete(b.comms, c.ID)
	}
}

// complete adds to m the fields that its content lacks: GoNB crashes without them.
func (m *message) complete(defaults map[string]any) *message {
	f, lacking := m.fields(), false
	for k, v := range defaults {
		if f[k] == nil {
			f[k], lacking = v, true
		}
	}
	if !lacking {
		return m
	}
	return m.with(f)
}

// completeInfo names this kernel in GoNB's kernel_info, and adds what nbconvert and front ends need to highlight its
// language.
func completeInfo(info map[string]any, version string) map[string]any {
	out := maps.Clone(info)
	out["implementation"], out["implementation_version"] = "coadapt", version
	out["banner"] = fmt.Sprintf("Go kernel of coadapt %s, on GoNB. Statements go below a line with %%%%.", version)
	out["status"], out["protocol_version"], out["debugger"] = "ok", protocolVersion, false
	language, _ := out["language_info"].(map[string]any)
	language = maps.Clone(language)
	if language == nil {
		language = map[string]any{}
	}
	for k, v := range map[string]string{"name": "go", "file_extension": ".go", "mimetype": "text/x-go",
		"pygments_lexer": "go", "codemirror_mode": "go"} {
		if old, _ := language[k].(string); old == "" {
			language[k] = v
		}
	}
	if exporter, _ := language["nbconvert_exporter"].(string); exporter == "" {
		delete(language, "nbconvert_exporter")
	}
	out["language_info"] = language
	return out
}
