package bridge

import (
	"path"
	"regexp"
	"strings"
)

// warm has gopls read the packages that cells have imported, before the reader asks for a completion: the first one
// takes 1.5 s of processor time, later ones some hundredths. The bridge asks for a completion of its own, and drops the
// answer. It does so once no cell has run for a while, as GoNB does one thing at a time: a cell that comes meanwhile
// waits for gopls, once.
func (b *bridge) warm() {
	if b.cfg.Warm <= 0 || len(b.imports) == b.warmed {
		return
	}
	b.after(b.cfg.Warm, func() {
		if b.running != nil || len(b.queue) > 0 || len(b.imports) == b.warmed {
			return // the cell that runs comes here when it ends
		}
		name := b.packageName()
		if name == "" {
			return
		}
		b.warmed = len(b.imports)
		code := b.before("%%") + "%%\n" + name + "."
		asked := map[string]any{"code": code, "cursor_pos": len(code)}
		b.gonb.send(shell, nil, answer(nil, b.session, "complete_request", asked))
	})
}

// packageName is the newest imported package's name in a cell, as far as its path tells; "" if none does.
func (b *bridge) packageName() string {
	for i := len(b.imports) - 1; i >= 0; i-- {
		name, file, _ := strings.Cut(b.imports[i], `"`)
		if name = strings.TrimSpace(name); name == "" {
			name = path.Base(strings.TrimSuffix(file, `"`))
		}
		if plainName.MatchString(name) && !versionName.MatchString(name) {
			return name
		}
	}
	return ""
}

var (
	plainName   = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	versionName = regexp.MustCompile(`^v[0-9]+$`)
)
