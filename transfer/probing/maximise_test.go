package probing

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestMaximise makes pictures that excite units well above the best of the test pictures, within the range of pixels,
// and others for a random net.
func TestMaximise(t *testing.T) {
	l := small(t)
	net := trained(t, l, "baseB")[0]
	r := runner(t, l)
	p := Maximise{Layer: "conv3", Units: []int{1, 4}, Steps: 100, Rate: 0.04, Decay: 0.005, Jitter: 1, Blur: 4}
	values := collect(t, r, p, net)
	for _, u := range p.Units {
		made := find(t, values, fmt.Sprintf(MadeFor, u), "conv3").Number()
		best := find(t, values, fmt.Sprintf(BestShown, u), "conv3")
		random := find(t, values, fmt.Sprintf(MadeElse, u), "conv3")
		if made < best.Number()+0.3*math.Abs(best.Number()) || best.Control != Holds || random.Control != Holds {
			t.Errorf("unit %d: %v, the best test picture has %v, one for a random net %v", u, made, best.Number(),
				random.Number())
		}
	}
	made, err := p.Made(t.Context(), r, net)
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Made(t.Context(), r, net)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range made {
		apart, range2 := 0.0, 0.0
		for k, v := range m.Made {
			if v != again[i].Made[k] {
				t.Fatalf("unit %d: the same picture is not made again", m.Unit)
			}
			apart += math.Abs(float64(v)-float64(m.Else[k])) / float64(len(m.Made))
			range2 += math.Abs(float64(v)-128) / float64(len(m.Made))
		}
		if apart < 5 || range2 < 5 || len(m.Best) != len(m.Made) {
			t.Errorf("unit %d: %v levels from the picture for a random net, %v from grey", m.Unit, apart, range2)
		}
	}
	for _, wrong := range []struct {
		p    Maximise
		want string
	}{
		{Maximise{Layer: "conv9", Steps: 1, Rate: 1}, "want one of conv1"},
		{Maximise{Units: []int{99}, Steps: 1, Rate: 1}, "unit 99"},
		{Maximise{Rate: 1}, "a step at least"},
	} {
		if _, err := r.Collect(t.Context(), wrong.p, net); err == nil || !strings.Contains(err.Error(), wrong.want) {
			t.Errorf("%+v: error %v, want %q", wrong.p, err, wrong.want)
		}
	}
}

// TestFrame moves pictures around their edges and back, and blurs them without changing their mean.
func TestFrame(t *testing.T) {
	f := frame{size: 3, channels: 1, low: make([]float32, 9), high: []float32{9, 9, 9, 9, 9, 9, 9, 9, 9}}
	x := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}
	moved := f.moved(x, 1, -1)
	if fmt.Sprint(moved) != "[8 9 7 2 3 1 5 6 4]" || fmt.Sprint(f.moved(moved, -1, 1)) != fmt.Sprint(x) {
		t.Errorf("moved down and left: %v", moved)
	}
	point := []float32{0, 0, 0, 0, 9, 0, 0, 0, 0}
	f.blur(point)
	var sum float32
	for _, v := range point {
		sum += v
	}
	if sum != 9 || point[4] != 9*0.75*0.75 || point[0] != 9.0/64 {
		t.Errorf("blurred: %v", point)
	}
	if px := f.pixels([]float32{-1, 0, 4.5, 9, 10, 0, 0, 0, 0}, 0); fmt.Sprint(px[:5]) != "[0 0 128 255 255]" {
		t.Errorf("pixels %v", px)
	}
}
