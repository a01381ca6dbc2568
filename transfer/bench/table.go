package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// Report is a contest's outcome.
type Report struct {
	Peer    string // its name and version
	Beside  int    // our nets of a turn
	Turns   []Turn
	Started [2]Cost // see Contest
}

// rows are one a treatment, the start of both, and all together.
func (r *Report) rows() []*row {
	rows := byTreatment(r.Turns)
	start := &row{name: "start", ours: r.Started[0], peer: r.Started[1]}
	all := &row{name: "all", ours: start.ours, peer: start.peer}
	for _, t := range r.Turns {
		all.add(t)
	}
	return append(rows, start, all)
}

// Table writes the report for the reader of a terminal.
func (r *Report) Table(out io.Writer) error {
	fmt.Fprintf(out, "The same nets in coadapt, %d beside each other, and in %s, one after another; in turn. A ratio "+
		"is the peer's time over ours: above 1 we are faster.\n", r.Beside, r.Peer)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "condition\tnets\timages\tours s\tpeer s\tratio\tleast\tmost\tCPU ratio\taccuracy\tpeer's\t\n")
	for _, row := range r.rows() {
		fmt.Fprintf(w, "%s\t", row.name)
		if row.nets == 0 {
			fmt.Fprintf(w, "\t\t%.1f\t%.1f\t%.2f\t\t\t%.2f\t\t\t\n", row.ours.Seconds, row.peer.Seconds,
				row.peer.Seconds/row.ours.Seconds, row.peer.CPU/row.ours.CPU)
			continue
		}
		fmt.Fprintf(w, "%d\t%d\t%.1f\t%.1f\t%.2f\t%.2f\t%.2f\t%.2f\t%.3f\t%.3f\t\n", row.nets, row.images,
			row.ours.Seconds, row.peer.Seconds,
			row.peer.Seconds/row.ours.Seconds, row.least, row.most, row.peer.CPU/row.ours.CPU, row.accuracy[0],
			row.accuracy[1])
	}
	return w.Flush()
}

// line is a row as JSON.
type line struct {
	Case         string  `json:"case"` // "curve", or "curve " and the condition or "start"
	Nets         int     `json:"nets"`
	Images       int     `json:"images"`
	Ours         Cost    `json:"ours"`
	Peer         Cost    `json:"peer"`
	PeerName     string  `json:"peer_name"`
	Beside       int     `json:"beside"`        // our nets that were trained beside each other
	RatioPyTorch float64 `json:"ratio_pytorch"` // above 1 we are faster
	RatioLeast   float64 `json:"ratio_least"`   // of a turn
	RatioMost    float64 `json:"ratio_greatest"`
	RatioCPU     float64 `json:"ratio_cpu"`
}

// JSON writes a line for each row.
func (r *Report) JSON(out io.Writer) error {
	e := json.NewEncoder(out)
	for _, row := range r.rows() {
		l := line{Case: "curve " + row.name, Nets: row.nets, Images: row.images, Ours: row.ours, Peer: row.peer,
			PeerName: r.Peer, Beside: r.Beside,
			RatioPyTorch: row.peer.Seconds / row.ours.Seconds, RatioLeast: row.least, RatioMost: row.most,
			RatioCPU: row.peer.CPU / row.ours.CPU}
		if row.name == "all" {
			l.Case = "curve"
		}
		if err := e.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

// JSON writes a turn as a line.
func (t Turn) JSON(out io.Writer) error {
	names := make([]string, len(t.Nets))
	for i, n := range t.Nets {
		names[i] = n.String()
	}
	return json.NewEncoder(out).Encode(struct {
		Nets      []string `json:"nets"`
		Condition string   `json:"condition"`
		Ours      Side     `json:"ours"`
		Peer      Side     `json:"peer"`
		Ratio     float64  `json:"ratio_pytorch"`
	}{names, t.Nets[0].Treatment.String(), t.Ours, t.Peer, t.Ratio()})
}
