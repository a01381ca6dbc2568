package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer/probing"
)

// mapFigure has a frame for each layer, two beside each other, in which each net has a place and its name. All frames
// have one scale.
func mapFigure(values []probing.Value, opt Options) (*Figure, error) {
	var layers []string
	var panels []panel
	far := 0.0
	alt := "Maps of nets."
	for _, v := range values {
		if v.Name != probing.MapX || v.Value == nil {
			continue
		}
		if !slices.Contains(layers, v.Layer) {
			layers = append(layers, v.Layer)
			panels = append(panels, panel{title: v.Layer, yticks: lossTicks{}})
		}
		p := &panels[slices.Index(layers, v.Layer)]
		north := slices.IndexFunc(values, func(w probing.Value) bool {
			return w.Name == probing.MapY && w.Net == v.Net && w.Layer == v.Layer && w.Value != nil
		})
		if north < 0 {
			return nil, fmt.Errorf("map of nets: %s has no %q at %s", v.Net, probing.MapY, v.Layer)
		}
		at := point{*v.Value, *values[north].Value}
		far = max(far, math.Abs(at.x), math.Abs(at.y))
		p.series = append(p.series, series{look: probeLooks[len(p.series)%len(probeLooks)], points: []point{at}})
		p.labels = append(p.labels, label{at, v.Net, 9})
		alt += fmt.Sprintf(" %s, %s: %s, %s.", v.Layer, v.Net, short(at.x), short(at.y))
	}
	if len(panels) == 0 {
		return nil, fmt.Errorf("map of nets: no net has a place at any layer")
	}
	far = max(1.2*far, 0.01)
	for i := range panels {
		p := &panels[i]
		p.xmin, p.xmax = -far, far
		p.series = append(p.series, series{bare: true, points: []point{{0, -far}, {0, far}}}) // as high as wide
	}
	notes := append([]string{"Distances are as near as two dimensions allow to the angles in radians that remain " +
		"between the nets' features after the best rotation."}, failedControls(values)...)
	rows := (len(panels) + 1) / 2
	opt.Height = 0.9 + 3*float64(rows)
	return opt.page(strings.TrimSpace(alt), func(c draw.Canvas) {
		c = drawTitle(c, opt.Title)
		c = drawNotes(c, notes)
		high, wide := (c.Max.Y-c.Min.Y)/vg.Length(rows), (c.Max.X-c.Min.X)/2
		for i, p := range panels {
			row, col := vg.Length(i/2), vg.Length(i%2)
			p.draw(draw.Crop(c, wide*col+4, -wide*(1-col)-4, high*(vg.Length(rows-1)-row)+4, -high*row))
		}
	}), nil
}
