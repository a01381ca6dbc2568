package nb

import (
	"encoding/base64"
	"fmt"
	"html"
	"sync"
	"time"

	"coadapt/transfer"

	"github.com/janpfeifer/gonb/gonbui"
)

// live is the one output of a running cell: a bar, a line of text and the
// figure as far as it has come, redrawn once a second at most.
type live struct {
	mu sync.Mutex
	curve
}

// curve is what live shows of one curve.
type curve struct {
	id      string
	began   time.Time
	drawn   time.Time // the whole output
	figured time.Time // the figure in it
	total   int
	done    int
	share   float64
	left    time.Duration
	text    string
	image   string
}

const refresh = time.Second

func (v *live) start(total int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.curve = curve{id: gonbui.UniqueID(), began: time.Now(), total: total}
}

// event takes a sign of life from the lab.
func (v *live) event(e transfer.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.share, v.left = e.Share, e.Left
	switch {
	case e.Notice != "":
		v.text = e.Notice
	case e.Images > 0:
		v.text = fmt.Sprintf("reading images: %d of %d", e.Decoded, e.Images)
	case e.Result != nil:
		v.done = e.Done
	case e.Steps > 0:
		v.text = fmt.Sprintf("%s: step %d of %d, loss %.2f, %.0f images/s", e.Net, e.Step, e.Steps, e.Loss, e.ImagesPerSecond)
	}
	v.draw(false)
}

// redraw says whether it is time for a new figure.
func (v *live) redraw() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return time.Since(v.figured) >= refresh
}

func (v *live) picture(png []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.figured = time.Now()
	v.image = fmt.Sprintf(`<img alt="the curve so far" style="max-width:720px" src="data:image/png;base64,%s">`, base64.StdEncoding.EncodeToString(png))
	v.draw(false)
}

// end leaves one line where bar and figure were.
func (v *live) end(line string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.image, v.text, v.done = "", line, v.total
	v.draw(true)
	v.total = 0
}

func (v *live) draw(now bool) {
	if v.total == 0 || !now && time.Since(v.drawn) < refresh {
		return
	}
	v.drawn = time.Now()
	if now {
		gonbui.UpdateHTML(v.id, "<p>"+html.EscapeString(v.text)+"</p>")
		return
	}
	left := ""
	if v.left > 0 {
		left = fmt.Sprintf(", about %s to go", v.left.Round(time.Second))
	}
	gonbui.UpdateHTML(v.id, fmt.Sprintf(`<p><progress value="%.3f" max="1" style="width:320px"></progress> %d of %s%s<br>%s</p>%s`,
		v.share, v.done, count(v.total), left, html.EscapeString(v.text), v.image))
}
