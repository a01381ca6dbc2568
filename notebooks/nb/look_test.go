package nb

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/op"
	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/store"
)

// Two nets, a parent and its frozen child, are trained once on the Go backend and looked into by every verb.
func TestLooking(t *testing.T) {
	clone(t)
	l := lab(t, 2)
	trainer, err := l.trainer()
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	var nets []transfer.Result
	for _, n := range []transfer.Net{{Split: "0", Target: transfer.A},
		{Split: "0", Target: transfer.B, Treatment: transfer.Transfer, N: 2}} {
		r, err := trainer.Train(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		nets = append(nets, r)
	}
	t.Run("filters", func(t *testing.T) { filtersOfChild(t, l, nets) })
	t.Run("activations", func(t *testing.T) { activationsOf(t, l, nets[1]) })
	t.Run("patches", func(t *testing.T) { patchesAgainstASlowSearch(t, l, nets[1]) })
	t.Run("confusion", func(t *testing.T) { confusionOf(t, l, nets[1]) })
	t.Run("losses", func(t *testing.T) { lossesOf(t, l, nets) })
	t.Run("gradients", func(t *testing.T) { gradientsOf(t, l, nets) })
	t.Run("classify", func(t *testing.T) { classifyWith(t, l, nets[1]) })
	t.Run("probe", func(t *testing.T) { probesOf(t, l, nets) })
	t.Run("forecast", func(t *testing.T) { forecastsOf(t, l, nets) })
	t.Run("refused", func(t *testing.T) { divergedIsRefused(t, l, nets[1]) })
}

// says checks that a verb is refused in one sentence.
func says(t *testing.T, d figure.Drawing, err error, want string) {
	t.Helper()
	if err == nil || d != nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v, want a sentence with %q", err, want)
	}
}

// gradientsOf draws the first steps of both nets; more than there are, or of no net, is refused.
func gradientsOf(t *testing.T, l *Lab, nets []transfer.Result) {
	d, err := l.gradients(2, nets)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nets {
		if want := n.Net.String() + ": from "; !strings.Contains(d.Alt(), want) {
			t.Errorf("%s; want %q in it", d.Alt(), want)
		}
	}
	d, err = l.gradients(100000, nets)
	says(t, d, err, "100000 steps")
	d, err = l.gradients(2, nil)
	says(t, d, err, "no net")
}

func TestImages(t *testing.T) {
	clone(t)
	l := lab(t, 1)
	d, err := l.images("A,B", "0", 3)
	if err != nil {
		t.Fatal(err)
	}
	var names [2][]string
	for i, half := range []transfer.Half{transfer.A, transfer.B} {
		task, err := l.lab.Task(l.ctx, "0", half)
		if err != nil {
			t.Fatal(err)
		}
		// two of the first class, one of the second
		names[i] = []string{className(task, 0), className(task, 0), className(task, 1)}
	}
	want := fmt.Sprintf("Pictures. task A of split 0: shapes: %s. task B of split 0: shapes: %s.",
		strings.Join(names[0], ", "), strings.Join(names[1], ", "))
	if d.Alt() != want || names[0][0] == names[1][0] {
		t.Errorf("%q, want %q", d.Alt(), want)
	}
	for _, task := range []string{"", "C", "A,C", "a"} {
		d, err := l.images(task, "0", 3)
		says(t, d, err, `want "A", "B" or "A,B"`)
	}
	for _, n := range []int{0, 201} {
		d, err := l.images("A", "0", n)
		says(t, d, err, "want 1 to 200")
	}
	d, err = l.images("A", "nosuch", 3)
	says(t, d, err, "nosuch")
}

// Of n pictures every class has its share; of fewer than there are classes, classes evenly apart have one.
func TestExamples(t *testing.T) {
	src, err := formats.Open(t.Context(), "shapes:classes=6,train=4,test=1,size=24", formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	task, err := dataset.NewTask(t.Context(), src, []int{0, 1, 2, 3, 4, 5}, dataset.TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{1: "[0]", 2: "[0 3]", 3: "[0 2 4]", 4: "[0 1 3 4]", 6: "[0 1 2 3 4 5]",
		8: "[0 0 1 1 2 3 4 5]"} {
		var classes []int
		seen := map[int]bool{}
		for _, i := range examples(task, n) {
			if seen[i] {
				t.Errorf("%d examples have picture %d twice", n, i)
			}
			seen[i] = true
			classes = append(classes, task.Label(dataset.Train, i))
		}
		if fmt.Sprint(classes) != want {
			t.Errorf("%d examples are of classes %v, want %s", n, classes, want)
		}
	}
	if got := len(examples(task, 99)); got != 24 {
		t.Errorf("%d examples of 24 pictures", got)
	}
}

// The filters of a frozen child are its parent's, in the order of the weights' last axis.
func filtersOfChild(t *testing.T, l *Lab, r []transfer.Result) {
	d, err := l.filters(r)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(d.Alt(), "0/A2B: 24 of 5 by 5 pixels") ||
		!strings.HasSuffix(d.Alt(), "bit for bit those of 0/baseA.") {
		t.Error(d.Alt())
	}
	net, err := l.lab.Trained(l.ctx, r[0])
	if err != nil {
		t.Fatal(err)
	}
	bank, err := filterBank("x", net)
	if err != nil {
		t.Fatal(err)
	}
	w := net.Weights["/net/conv1/weights"] // [5, 5, 3, 24]
	if got, want := bank.Filters[7][(2*5+3)*3+1], w.Data[((2*5+3)*3+1)*24+7]; got != want || len(bank.Filters) != 24 {
		t.Errorf("filter 7 at (2, 3), green: %v, want %v; %d filters", got, want, len(bank.Filters))
	}
	stamp, err := l.stamp("x", d)
	if err != nil || !slices.Equal(stamp.Nets, []string{"0/baseA", "0/A2B"}) {
		t.Errorf("its stamp names %q, %v", stamp.Nets, err)
	}
	d, err = l.filters(nil)
	says(t, d, err, "no net")
}

// A layer's map is what the net's reader gives, and what the net takes the picture for is its largest output.
func activationsOf(t *testing.T, l *Lab, r transfer.Result) {
	for layer, want := range map[string]string{"conv1": "24 units of 6 by 6", "conv5": "48 units of 1 by 1",
		"fc7": "192 units", "fc8": "2 units"} {
		d, err := l.activations(r, layer, 5)
		if err != nil {
			t.Fatal(err)
		}
		if layer == "conv5" {
			want = "48 units, " // 24 px leave one place, drawn as a strip
		}
		if !strings.Contains(d.Alt(), "layer "+layer) || !strings.Contains(d.Alt(), want) ||
			!regexp.MustCompile(`test picture 5: \w+, taken for \w+`).MatchString(d.Alt()) {
			t.Errorf("%s: %q", layer, d.Alt())
		}
	}
	// 24 px, by hand: conv2 sees 25 px from -6 on, 8 apart at 3 places, and so to 19 and from 10 on; conv4 57 px from
	// -22 on, 8 apart at 3 places, to 35 and from -6 on.
	for layer, want := range map[string]string{"conv1": "A unit of conv1 sees 9 by 9 of the picture's 24 by 24 " +
		"pixels; from a place to the next it moves by 4.",
		"conv2": "A unit of conv2 sees 25 by 25 pixels, more than the picture's 24 by 24, but not at every place all " +
			"of it; from a place to the next it moves by 8.",
		"conv4": "A unit of conv4 sees the whole picture.", "fc6": "A unit of fc6 sees the whole picture."} {
		in, err := l.inside(r, layer)
		if err != nil {
			t.Fatal(err)
		}
		if got := in.sees(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	d, err := l.activations(r, "conv9", 0)
	says(t, d, err, `layer "conv9", want one of conv1, conv2, conv3, conv4, conv5, fc6, fc7, fc8`)
	d, err = l.activations(r, "conv1", 16) // two classes of 8
	says(t, d, err, "picture 16, want 0 to 15")
}

// What has no weights is refused by every verb that looks into them.
func divergedIsRefused(t *testing.T, l *Lab, bad transfer.Result) {
	bad.Status, bad.Reason = transfer.Diverged, "the loss is NaN at step 3"
	d, err := l.activations(bad, "conv1", 0)
	says(t, d, err, `net 0/A2B has no weights to look at, its status is "diverged": the loss is NaN at step 3`)
	d, err = l.patches(bad, "conv1", []int{0})
	says(t, d, err, "diverged")
	d, err = l.confusion(bad)
	says(t, d, err, "diverged")
	d, err = l.filters([]transfer.Result{bad})
	says(t, d, err, "diverged")
	d, err = l.evidence(bad, nil)
	says(t, d, err, "diverged")
}

// The patches are those that a search through all places of all pictures one by one finds.
func patchesAgainstASlowSearch(t *testing.T, l *Lab, r transfer.Result) {
	for _, layer := range []string{"conv1", "conv3", "fc7"} {
		in, err := l.inside(r, layer)
		if err != nil {
			t.Fatal(err)
		}
		units := []int{0, 3, 11, 17}
		rows, err := in.excite(units)
		if err != nil {
			t.Fatal(err)
		}
		read, err := in.reader(1, in.layer)
		if err != nil {
			t.Fatal(err)
		}
		for i, u := range units {
			var all []float64
			for k := range in.Task.NumTest() {
				s, err := in.Task.See(dataset.Test, k, in.View)
				if err != nil {
					t.Fatal(err)
				}
				out, err := read.Read(s.Input)
				if err != nil {
					t.Fatal(err)
				}
				n, most := in.Arch.Outputs(in.layer), 0.0
				for at := u; at < len(out[0].Data); at += n {
					most = max(most, float64(out[0].Data[at]))
				}
				if most > 0 {
					all = append(all, most)
				}
			}
			slices.Sort(all)
			slices.Reverse(all)
			all = all[:min(patches, len(all))]
			if len(rows[i].Patches) != len(all) || rows[i].Unit != u {
				t.Fatalf("%s, unit %d: %d patches, want %d", layer, u, len(rows[i].Patches), len(all))
			}
			for j, p := range rows[i].Patches {
				if d := p.Value - all[j]; d > 1e-5*all[0] || d < -1e-5*all[0] { // another batch, other sums
					t.Errorf("%s, unit %d, patch %d: %v, want %v", layer, u, j, p.Value, all[j])
				}
				want := min(in.field.Size, in.Arch.Size)
				if b := p.Pixels.Bounds(); b.Dx() != want || b.Dy() != want {
					t.Errorf("%s: a patch of %v, want %d by %d", layer, b, want, want)
				}
			}
		}
		read.Close()
	}
	d, err := l.patches(r, "conv2", []int{0, 48})
	says(t, d, err, "unit 48, want 0 to 47")
	d, err = l.patches(r, "conv2", nil)
	says(t, d, err, "no unit")
	if d, err = l.patches(r, "conv2", []int{5}); err != nil ||
		!strings.HasPrefix(d.Alt(), "Patches of test pictures that excite units of 0/A2B, layer conv2, most. Unit 5") {
		t.Errorf("%v, %v", d, err)
	}
}

// The largest place of a map and the largest of pictures are the first of several.
func TestTies(t *testing.T) {
	// Two units over 2 by 3 places; unit 1 is largest at (0, 2) and again at (1, 1).
	values := []float32{9, 1, 9, 2, 9, 5, 9, 3, 9, 5, 9, 4}
	if got, want := strongest(7, 1, []int{2, 3, 2}, values), (excited{7, 0, 2, 5}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got, want := strongest(7, 2, []int{4}, []float32{1, 2, 3, 4}), (excited{7, 0, 0, 3}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	var list []excited
	for i, v := range []float32{1, 3, 3, 2, 3, 0, 2} {
		list = top(list, excited{picture: i, value: v}, 4)
	}
	var order []int
	for _, e := range list {
		order = append(order, e.picture)
	}
	if want := []int{1, 2, 4, 3}; !slices.Equal(order, want) {
		t.Errorf("pictures %v, want %v", order, want)
	}
}

// Mini's conv2 sees 25 by 25 pixels from -6 on, 8 apart: by hand.
func TestCutOut(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 32, 32))
	for y := range 32 {
		for x := range 32 {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(y), 1, 255})
		}
	}
	grey := color.NRGBA{0xe9, 0xe9, 0xe9, 0xff}
	for _, c := range []struct {
		field    op.Field
		y, x     int
		size     int
		at       map[image.Point]color.NRGBA
		describe string
	}{
		// rows from -6, columns from 2
		{op.Field{Size: 25, Stride: 8, Start: -6}, 0, 1, 25, map[image.Point]color.NRGBA{
			{0, 0}: grey, {0, 5}: grey, {0, 6}: {2, 0, 1, 255}, {24, 24}: {26, 18, 1, 255}}, "at the upper edge"},
		{op.Field{Size: 25, Stride: 8, Start: -6}, 3, 3, 25, map[image.Point]color.NRGBA{ // from 18, to 43
			{0, 0}: {18, 18, 1, 255}, {13, 13}: {31, 31, 1, 255}, {14, 13}: grey, {13, 14}: grey},
			"at the lower right"},
		{op.Field{Size: 41, Stride: 8, Start: -14}, 0, 2, 32, map[image.Point]color.NRGBA{ // rows to 27, columns from 2
			{0, 0}: grey, {1, 26}: grey, {2, 0}: {2, 0, 1, 255}, {31, 26}: {31, 26, 1, 255}, {31, 27}: grey},
			"larger than the picture"},
	} {
		out := cutOut(img, c.field, c.y, c.x)
		if b := out.Bounds(); b != image.Rect(0, 0, c.size, c.size) {
			t.Errorf("%s: %v, want %d by %d", c.describe, b, c.size, c.size)
		}
		for p, want := range c.at {
			if got := out.At(p.X, p.Y); got != color.Color(want) {
				t.Errorf("%s, pixel %v: %v, want %v", c.describe, p, got, want)
			}
		}
	}
}

// On the backend that trained it a net is as often right as its result says, and nothing is said of a difference.
func confusionOf(t *testing.T, l *Lab, r transfer.Result) {
	d, err := l.confusion(r)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("Confusion of 2 classes by 0/A2B: accuracy %.3f (%d of 16 test pictures;", r.Accuracy,
		r.Correct); !strings.HasPrefix(d.Alt(), want) {
		t.Errorf("%q, want it to begin with %q", d.Alt(), want)
	}
}

func lossesOf(t *testing.T, l *Lab, r []transfer.Result) {
	metrics, err := transfer.Metrics(l.store, r[1].Key)
	if err != nil {
		t.Fatal(err)
	}
	first, last := metrics[0], metrics[len(metrics)-1]
	// Two steps hardly train a net. Whether this one is told from chance hangs on its rounding, which processors do
	// not share, so that the loss it is judged by is made: half of ln 2, and ln 2.
	for _, c := range []struct {
		share float64
		end   string
	}{{0.5, fmt.Sprintf("test loss %.3f, accuracy %.3f.", r[1].Loss, r[1].Accuracy)},
		{1, "and it is no number: not trained."}} {
		net := r[1]
		net.Status = transfer.OK
		net.TrainLoss = c.share * math.Log(float64(net.Classes))
		d, err := l.losses([]transfer.Result{r[0], net.Judged()})
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("0/A2B: training loss from %.3f at step %d to %.3f at step %d, %s", first.Loss, first.Step,
			last.Loss, last.Step, c.end)
		if !strings.HasSuffix(d.Alt(), want) {
			t.Errorf("%q, want it to end in %q", d.Alt(), want)
		}
	}
	d, err := l.losses(nil)
	says(t, d, err, "no net")
	blocked := r[0]
	blocked.Status, blocked.Reason = transfer.Blocked, "its parent failed"
	d, err = l.losses([]transfer.Result{blocked})
	says(t, d, err, `net 0/baseA has no training curve, its status is "blocked": its parent failed`)
	gone := r[0]
	gone.Key = strings.Repeat("0", 64)
	d, err = l.losses([]transfer.Result{gone})
	says(t, d, err, store.ErrMissing.Error())
}
