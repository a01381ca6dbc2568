package bridge

import (
	"regexp"
	"slices"
	"strings"
)

// session is the number of the kernel's only session: neither GoNB nor the bridge keeps anything over a restart.
const session = 1

// entry is one executed cell.
type entry struct {
	line   int // its execution count
	input  string
	output *string // the text of its result; nil if it had none
}

// history is what was executed, oldest first.
type history []entry

// historyRequest is the content of history_request. Session, start and stop are for "range"; n, pattern and unique are
// for the others.
type historyRequest struct {
	Output  bool   `json:"output"`
	Access  string `json:"hist_access_type"` // "range", "tail" or "search"
	Session int    `json:"session"`
	Start   int    `json:"start"`
	Stop    *int   `json:"stop"`
	N       *int   `json:"n"`
	Pattern string `json:"pattern"` // with * and ? as in file names
	Unique  bool   `json:"unique"`
}

// reply is the history list of history_reply: [session, line, input] or [session, line, [input, output]].
func (h history) reply(r historyRequest) [][]any {
	var found history
	for _, e := range h {
		switch {
		case r.Access == "range" && (r.Session != 0 && r.Session != session || e.line < r.Start ||
			r.Stop != nil && e.line >= *r.Stop):
			continue
		case r.Access == "search" && !matches(r.Pattern, e.input):
			continue
		case r.Access == "search" && r.Unique: // of equal ones the latest stays
			found = slices.DeleteFunc(found, func(x entry) bool { return x.input == e.input })
		}
		found = append(found, e)
	}
	if r.Access != "range" && r.N != nil {
		found = found[max(0, len(found)-max(0, *r.N)):]
	}
	list := [][]any{}
	for _, e := range found {
		var text any = e.input
		if r.Output {
			text = []any{e.input, e.output}
		}
		list = append(list, []any{session, e.line, text})
	}
	return list
}

// matches compares text with a pattern: * stands for any text and ? for any character. "" matches everything.
func matches(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	quoted := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile(`(?s)^` + quoted + `$`).MatchString(text)
}
