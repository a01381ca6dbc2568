package nb

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// alts are the text alternatives of a saved chapter's figures.
func alts(t *testing.T, chapter string) string {
	t.Helper()
	data, err := os.ReadFile("../" + chapter + ".ipynb")
	if err != nil {
		t.Fatal(err)
	}
	var book savedNotebook
	if err := json.Unmarshal(data, &book); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range book.Cells {
		for _, o := range c.Outputs {
			for mime, raw := range o.Metadata {
				var meta struct{ Alt string }
				if strings.HasPrefix(mime, "image/") && json.Unmarshal(raw, &meta) == nil {
					all = append(all, meta.Alt)
				}
			}
		}
	}
	return strings.Join(all, "\n")
}

// between fails where a claimed number is out of its range.
func between(t *testing.T, what string, x, low, high float64) {
	t.Helper()
	if x < low || x > high {
		t.Errorf("%s is %v; claimed: %v to %v", what, x, low, high)
	}
}

// TestClaimsOfWhyALayerDips proves chapter 09: fc7 of the net that fell is dead and nothing below it is; conv5 and fc6
// are some three and twenty times as large as the base's; eight of ten pictures are right by a linear reader and by the
// base's upper layers; clustered noise serves at conv5 and fc6 and not below; matched, next to nothing of the barrier
// is left.
func TestClaimsOfWhyALayerDips(t *testing.T) {
	text, drawn := shown(t, "09_why_a_layer_dips"), alts(t, "09_why_a_layer_dips")
	for unit, times := range map[string]float64{"0": 2, "1": 1, "2": 2} {
		made := number(t, drawn, `Unit `+unit+`: (\S+) by the picture made`)
		best := number(t, drawn, `Unit `+unit+`: \S+ by the picture made, (\S+) by the best`)
		between(t, "what was made for unit "+unit+" to the best test picture", made/best, times, 10)
	}
	wrong := `0/baseB and 0/B4B, accuracy, stitched for the wrong task:.*? `
	between(t, "the wrong task at conv5", number(t, drawn, wrong+`conv5 (0\.\d+)`), 0.4, 0.6)
	between(t, "the wrong task at conv4", number(t, drawn, wrong+`conv4 (0\.\d+)`), 0, 0.2)
	for _, layer := range []string{"conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7"} {
		dead := number(t, text, `0/B4B +`+layer+` +dead units +(\S+)`)
		between(t, "share of dead units of B4B in "+layer, dead, map[bool]float64{true: 1}[layer == "fc7"],
			map[bool]float64{true: 1, false: 0.3}[layer == "fc7"])
		for _, net := range []string{"baseB", "B4Br"} {
			between(t, net+" dead in "+layer, number(t, text, `0/`+net+` +`+layer+` +dead units +(\S+)`), 0, 0.05)
		}
	}
	size := func(net, layer string) float64 {
		return number(t, drawn, `root mean square, 0/`+net+`: [^:.]*(?:\.\d[^:.]*)*?`+layer+` ([\d.]+\d)`)
	}
	between(t, "size of conv5 beside the base's", size("B4B", "conv5")/size("baseB", "conv5"), 2.5, 3.5)
	between(t, "size of fc6 beside the base's", size("B4B", "fc6")/size("baseB", "fc6"), 18, 22)
	between(t, "what is read of B4B's fc6", number(t, text, `0/B4B +fc6 +accuracy of a linear probe +(\S+)`), 0.78,
		0.85)
	for _, layer := range []string{"conv5", "fc6"} {
		between(t, "B4B stitched at "+layer, number(t, text, layer+` +accuracy, stitched +(\S+)`), 0.78, 0.85)
		between(t, "random sender at "+layer, number(t, text, layer+` +accuracy, random sender +(\S+)`), 0, 0.2)
		if !strings.Contains(text, "A control fails, "+layer+" accuracy, noise clustered by class") {
			t.Errorf("clustered noise does not serve at %s; claimed: it does", layer)
		}
	}
	for _, layer := range []string{"conv1", "conv2", "conv3", "conv4"} {
		if strings.Contains(text, "A control fails, "+layer) {
			t.Errorf("a control fails at %s; claimed: none below the cut", layer)
		}
	}
	_, after, found := strings.Cut(text, "barrier of test accuracy")
	if !found {
		t.Fatal("no barrier is shown")
	}
	const barrier = `barrier of test accuracy +(\S+)`
	straight, matched := number(t, text, barrier), number(t, after, barrier)
	between(t, "barrier", straight, 0.5, 0.7)
	between(t, "share of the barrier that is left", matched/straight, 0, 0.1)
}

// TestClaimsOfWhatStaysTheSame proves chapter 10: frozen layers are alike, new ones come to be so, nets of two tasks
// part; on 20 pictures plain CKA finds in fc6 what is not there; in fc7 more than half goes with the class means.
func TestClaimsOfWhatStaysTheSame(t *testing.T) {
	text, drawn := shown(t, "10_what_stays_the_same"), alts(t, "10_what_stays_the_same")
	cka := func(net, layer, what string) float64 {
		return number(t, text, `0/baseB, 0/`+net+` +`+layer+` +`+what+` +(\S+)`)
	}
	for _, layer := range []string{"conv1", "conv2", "conv3", "conv4"} {
		between(t, "CKA of B4Br's "+layer, cka("B4Br", layer, "unbiased CKA"), 0.999, 1)
	}
	between(t, "CKA of B4Br's conv5", cka("B4Br", "conv5", "unbiased CKA"), 0.78, 0.82)
	between(t, "CKA of B4Br's fc6", cka("B4Br", "fc6", "unbiased CKA"), 0.78, 0.82)
	between(t, "CKA of B4Br's fc7", cka("B4Br", "fc7", "unbiased CKA"), 0.735, 0.745)
	last := 1.0
	for _, layer := range []string{"conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7"} {
		x := cka("baseA", layer, "unbiased CKA")
		between(t, "CKA of baseA's "+layer, x, 0.3, last)
		last = x
	}
	between(t, "CKA of baseA's conv1", cka("baseA", "conv1", "unbiased CKA"), 0.975, 0.985)
	for _, layer := range []string{"conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7"} {
		between(t, "CKA of shuffled pictures at "+layer, cka("baseA", layer, "CKA, shuffled"), 0.175, 0.395)
	}
	between(t, "plain CKA of 20 pictures at fc6", cka("baseA", "fc6", "CKA"), 0.42, 0.435)
	_, few, _ := strings.Cut(text, "CKA, shuffled")
	between(t, "unbiased CKA of 20 pictures at fc6", number(t, few, `fc6 +unbiased CKA +(\S+)`), 0.02, 0.035)
	between(t, "p at fc6", number(t, few, `fc6 +p, shuffled +(\S+)`), 0.3, 0.4)
	between(t, "CKA within classes at fc7", cka("baseA", "fc7", "within-class CKA"), 0.135, 0.145)
	between(t, "what class means are of it",
		1-cka("baseA", "fc7", "within-class CKA")/cka("baseA", "fc7", "unbiased CKA"), 0.5, 0.6)
	between(t, "CKA within classes at conv1",
		cka("baseA", "conv1", "within-class CKA")-cka("baseA", "conv1", "unbiased CKA"), -0.01, 0.01)
	between(t, "B4Br within classes at fc7",
		number(t, drawn, `within-class CKA of 0/baseB and 0/B4Br[^:]*:[^:]*?fc7 ([\d.]+\d)`), 0.72, 0.735)
}

// TestClaimsOfForecast proves chapter 11: of eight measures of features seven name conv4, fourteen points below conv1,
// which the cut's number and CKA name. What it says of CIFAR-100 is proved with results/forecast.md.
func TestClaimsOfForecast(t *testing.T) {
	text := shown(t, "11_forecast")
	first, rest, found := strings.Cut(text, "order of cuts: tau")
	if !found {
		t.Fatal("no account is shown")
	}
	for _, name := range []string{
		"LogME",
		"NLEEP",
		"H-score, shrunk",
		"TransRate",
		"PARC",
		"nearest neighbours",
		"linear probe",
	} {
		between(t, "the cut that "+name+" names", number(t, first, name+` +(\d) `), 4, 4)
		between(t, "points below the best of "+name, number(t, first, name+` +\d +0\.\d+ +(\S+)`), 13.5, 15)
	}
	between(t, "the cut that GBC names", number(t, first, `GBC +(\d) `), 7, 7)
	for _, name := range []string{"CKA to the target's base", "the cut's number"} {
		between(t, "the cut that "+name+" names", number(t, first, name+` +(\d) `), 1, 1)
	}
	if strings.Contains(rest, "beats the cut's number") || strings.Count(rest, "worse than the cut's number") < 5 {
		t.Errorf("claimed: none beats the cut's number, most are worse: %s", rest)
	}
}
