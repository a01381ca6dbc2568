package nb

import (
	"encoding/base64"
	"fmt"
	"html"
	"strings"
	"sync"
	"time"

	"coadapt/transfer"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// live is the one output of a running cell: a bar, lines of text and the
// figure as far as it has come, redrawn once a second at most. A notebook that is saved holds its last state.
type live struct {
	mu      sync.Mutex
	id      string // "" while nothing runs
	began   time.Time
	drawn   time.Time // the whole output
	figured time.Time // the figure in it
	image   string
}

const refresh = time.Second

// frame is what is shown of a run.
type frame struct {
	share       float64 // 0..1
	done, total int     // nets
	left        time.Duration
	lines       []string
}

// start begins an output. It is drawn a second later, so that what is there at once leaves a line only.
func (v *live) start() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.id, v.image, v.began, v.drawn, v.figured = gonbui.UniqueID(), "", time.Now(), time.Now(), time.Time{}
}

// event takes a sign of life from the lab: images are read in the cell itself.
func (v *live) event(e transfer.Event) {
	if e.Images > 0 {
		v.draw(frame{lines: []string{fmt.Sprintf("reading images: %d of %d", e.Decoded, e.Images)}})
	}
}

// redraw says whether it is time for a new figure.
func (v *live) redraw() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return time.Since(v.figured) >= refresh
}

// picture is shown from the next draw on.
func (v *live) picture(png []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.figured = time.Now()
	v.image = fmt.Sprintf(`<img alt="the curve so far" style="max-width:720px" src="data:image/png;base64,%s">`,
		base64.StdEncoding.EncodeToString(png))
}

// draw shows a frame, unless the last one is younger than a second.
func (v *live) draw(f frame) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.id == "" || time.Since(v.drawn) < refresh {
		return
	}
	v.drawn = time.Now()
	head := ""
	if f.total > 0 {
		head = fmt.Sprintf("%d of %s", f.done, count(f.total))
		if f.left > 0 {
			head += fmt.Sprintf(", about %s to go", f.left.Round(time.Second))
		}
	}
	lines := append([]string{head}, f.lines...)
	if head == "" {
		lines = f.lines
	}
	bar := fmt.Sprintf(`<progress value="%.3f" max="1" style="width:320px">%.0f%%</progress> `, f.share, 100*f.share)
	v.update("<p>"+bar+strings.ReplaceAll(html.EscapeString(strings.Join(lines, "\n")), "\n", "<br>")+"</p>"+v.image,
		strings.Join(lines, "\n"))
}

// end leaves these lines where bar and figure were; none takes the output away.
func (v *live) end(lines ...string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.id == "" {
		return
	}
	text := strings.Join(lines, "\n")
	if !gonbui.IsNotebook {
		fmt.Println(text)
	}
	v.update(paragraph(text), text)
	v.id = ""
}

// update replaces the output, for a caller that holds the lock.
func (v *live) update(htmlText, text string) {
	if gonbui.IsNotebook {
		gonbui.SendData(&protocol.DisplayData{DisplayID: v.id,
			Data: map[protocol.MIMEType]any{protocol.MIMETextHTML: htmlText, protocol.MIMETextPlain: text}})
	}
}
