package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/transfer/probing"
)

const keptForecasts = "../../../notebooks/results/forecast/forecasts.csv"

// TestForecast asks forecasts of small nets, writes them, and accounts for the file as for the nets.
func TestForecast(t *testing.T) {
	args := append([]string{"forecast"}, tiny(t)[1:]...)
	status, _, errs := coadapt(t, t.Context(),
		append(args, "-nets", "0/A2B,0/A4B,0/B2A,0/B4A", "-condition", "AnB+")...)
	if status != 1 || !strings.Contains(errs, "-nets: 0/A2B is of the condition AnB, want AnB+") {
		t.Errorf("status %d: %s", status, errs)
	}
	file := filepath.Join(t.TempDir(), "f.csv")
	status, out, errs := coadapt(t, t.Context(),
		append(args, "-nets", "0/A2B,0/A4B,0/B2A,0/B4A", "-pictures", "16", "-o", file)...)
	switch {
	case status == 0:
		if _, again, _ := coadapt(t, t.Context(), "forecast", "-in", file); again != out ||
			!strings.Contains(out, probing.CutNumber) {
			t.Errorf("of the file %s\nof the nets %s", again, out)
		}
	case !strings.Contains(errs, "forecasts of 0 tasks: want two at least"):
		// A few steps may leave nets at chance, which are no numbers.
		t.Errorf("status %d: %s", status, errs)
	}
	for given, want := range map[string]string{
		"-condition BnB":          "want AnB or AnB+",
		"-o f.json":               "ends in .csv",
		"-in nosuch.csv":          "nosuch.csv",
		"-in nosuch.csv -o a.csv": "leave -o out",
	} {
		status, _, errs := coadapt(t, t.Context(), append(args, strings.Fields(given)...)...)
		if status != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %s; want %q", given, status, errs, want)
		}
	}
}

// TestForecastsOfBothConditions has an account for each condition, and says why one has none.
func TestForecastsOfBothConditions(t *testing.T) {
	r, err := os.Open(keptForecasts)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	said, err := probing.ReadForecasts(r)
	if err != nil {
		t.Fatal(err)
	}
	both := slices.Clone(said)
	for _, s := range said {
		s.Net += "+" // as though the whole net had learned
		both = append(both, s)
	}
	var alone, text strings.Builder
	if err := printForecasts(&alone, form{}, said); err != nil {
		t.Fatal(err)
	}
	if err := printForecasts(&text, form{}, both); err != nil {
		t.Fatal(err)
	}
	if want := "AnB\n\n" + alone.String() + "\nAnB+\n\n" + alone.String(); text.String() != want {
		t.Errorf("%s; want %s", text.String(), want)
	}
	text.Reset()
	few := both[:len(said)+20] // of AnB+ one task
	if err := printForecasts(&text, form{}, few); err != nil ||
		!strings.Contains(text.String(), "AnB+\n\nforecasts of 1 tasks: want two at least") {
		t.Errorf("%v: %s", err, text.String())
	}
	if err := printForecasts(&text, form{}, few[len(said):]); err == nil {
		t.Error("no error where no condition has two tasks")
	}
}

// TestKeptForecasts: the table of the page is what the kept forecasts give.
func TestKeptForecasts(t *testing.T) {
	page, err := os.ReadFile("../../../notebooks/results/forecast.md")
	if err != nil {
		t.Fatal(err)
	}
	status, out, errs := coadapt(t, t.Context(), "forecast", "-in", keptForecasts)
	if status != 0 || !strings.Contains(string(page), "```\n"+out+"```") {
		t.Errorf("status %d, %s: the table of the page is not\n%s", status, errs, out)
	}
	status, out, _ = coadapt(t, t.Context(), "forecast", "-in", keptForecasts, "-csv")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); status != 0 || len(lines) != 14 ||
		!strings.HasPrefix(lines[0], "forecast,nets,within_tau,") {
		t.Errorf("status %d: %s", status, out)
	}
}

// TestClaimsOfForecasts proves what the page says of the kept forecasts.
func TestClaimsOfForecasts(t *testing.T) {
	r, err := os.Open(keptForecasts)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	said, err := probing.ReadForecasts(r)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := probing.Accounts(said)
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]probing.Account{}
	for _, a := range accounts {
		of[a.Name] = a
		if a.Verdict == probing.Beats {
			t.Errorf("%s beats the cut's number; claimed: none does", a.Name)
		}
	}
	cut := of[probing.CutNumber]
	if cut.Regret.High > 0 || cut.AcrossTau.Mean < 0.915 || cut.AcrossTau.Mean > 0.925 || cut.Nets != 79 {
		t.Errorf("the cut's number: %+v; claimed: never wrong, 0.92, 79 nets", cut)
	}
	chance := 0
	for name, a := range of {
		if name != probing.CutNumber && a.AcrossTau.Known() && (a.AcrossTau.Low > 0 || a.AcrossTau.High < 0) {
			chance++
		}
	}
	if chance != 9 || !(of["GBC"].AcrossTau.High < 0) || !(of["TransRate"].AcrossTau.High < 0) ||
		of["LEEP"].AcrossTau.Known() ||
		of["NCE"].AcrossTau.Known() {
		t.Errorf("%d order cuts other than by chance; claimed: nine, GBC and TransRate the wrong way round, LEEP "+
			"and NCE not at all", chance)
	}
	for name, lost := range map[string][2]float64{
		"nearest neighbours": {0.004, 0.008},
		"NLEEP":              {0.004, 0.008},
		"linear probe":       {0.025, 0.03},
		"LEEP":               {0.075, 0.085},
	} {
		if x := of[name].Regret.Mean; x < lost[0] || x > lost[1] {
			t.Errorf("%s loses %v; claimed: %v", name, x, lost)
		}
	}
	for _, name := range []string{"LogME", "NLEEP", "H-score, shrunk"} {
		if x := of[name].WithinTau; x.Low < 0 || x.Mean < 0.565 || x.Mean > 0.645 {
			t.Errorf("%s within a cut: %+v; claimed: 0.57 to 0.64", name, x)
		}
	}
	if x := of[probing.BaseNumber].WithinTau; x.High > 0 || x.Mean < -0.645 || x.Mean > -0.635 {
		t.Errorf("the donor's accuracy within a cut: %+v; claimed: -0.64", x)
	}
	means := map[int][]float64{}
	for _, f := range said {
		if f.Name == probing.CutNumber {
			means[f.Cut] = append(means[f.Cut], f.Accuracy)
		}
	}
	mean := func(cut int) (sum float64) {
		for _, x := range means[cut] {
			sum += x / float64(len(means[cut]))
		}
		return sum
	}
	probes := map[int]float64{}
	for _, f := range said {
		if f.Name == "linear probe" {
			probes[f.Cut] += *f.Value / float64(len(means[f.Cut]))
		}
	}
	if math.Abs(probes[1]-0.357) > 0.0005 || math.Abs(probes[2]-0.353) > 0.0005 || math.Abs(mean(2)-0.358) > 0.0005 {
		t.Errorf("linear probes of conv1 and conv2 %v and %v, accuracy at conv2 %v; claimed: .357, .353, .358",
			probes[1], probes[2], mean(2))
	}
	if len(means[7]) != 7 || mean(1) < 0.4145 || mean(1) > 0.4155 || mean(6) < 0.3055 || mean(6) > 0.3065 {
		t.Errorf("accuracies %v, %v and %d nets at fc7; claimed: 0.415, 0.306 and seven", mean(1), mean(6),
			len(means[7]))
	}
	if !slices.IsSortedFunc([]int{1, 2, 3, 4},
		func(a, b int) int { return map[bool]int{true: -1, false: 1}[mean(a) > mean(b)] }) {
		t.Error("accuracy does not fall from conv1 to conv4")
	}
}
