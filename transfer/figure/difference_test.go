package figure

import (
	"math"
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

func result(t testing.TB, name string, correct, tested int) transfer.Result {
	t.Helper()
	net, err := transfer.ParseNet(name)
	if err != nil {
		t.Fatal(err)
	}
	return transfer.Result{Net: net, Status: transfer.OK, Correct: correct, Tested: tested,
		Accuracy: float64(correct) / float64(tested), Key: "key of " + name}
}

func failed(t testing.TB, name string) transfer.Result {
	t.Helper()
	r := result(t, name, 0, 1)
	r.Status, r.Reason = transfer.Diverged, "the loss is not finite"
	// What stands in these fields of such a result must not matter.
	r.Accuracy, r.Loss = 0.99, 1
	return r
}

// statsmodels 0.15.0: confint_proportions_2indep(k1, n1, k2, n2, method="newcomb", compare="diff", alpha=0.05);
// the first two also stand in Newcombe 1998, table II, contrasts (a) and (b), to four places.
func TestSubtract(t *testing.T) {
	for _, c := range []struct {
		k1, n1, k2, n2 int
		low, high      float64
	}{
		{56, 70, 48, 80, 0.05243147240236498, 0.33387265403690614},
		{9, 10, 3, 10, 0.1705227239345029, 0.809017973535488},
		{0, 100, 0, 200, -0.01884532637726658, 0.03699349820698569},
		{1150, 5000, 1700, 5000, -0.12751394836610247, -0.09239436212961064},
	} {
		d, err := Subtract(result(t, "A7B", c.k1, c.n1), result(t, "B7B", c.k2, c.n2))
		if err != nil {
			t.Fatal(err)
		}
		near(t, "low", d.Low, c.low)
		near(t, "high", d.High, c.high)
		if d.Below() != (c.high < 0) || d.Above() != (c.low > 0) {
			t.Errorf("%v: below %v, above %v", d, d.Below(), d.Above())
		}
	}
	if _, err := Subtract(failed(t, "A7B"), result(t, "B7B", 1, 2)); err == nil ||
		!strings.Contains(err.Error(), "0/A7B") {
		t.Errorf("difference with a diverged net: %v, want an error that names it", err)
	}
}

func TestCompare(t *testing.T) {
	results := []transfer.Result{
		result(t, "baseB", 3000, 5000), result(t, "A7B", 1150, 5000), result(t, "B7B", 1700, 5000),
		result(t, "A7B#1", 1200, 5000), failed(t, "B7B#1"), failed(t, "A7B#2"), result(t, "B7B#2", 1700, 5000),
	}
	idle := result(t, "A7B#3", 250, 5000) // the loss that it began with, ln 20: it is no number
	idle.Classes, idle.TrainLoss = 20, 2.99
	results = append(results, idle.Judged(), result(t, "B7B#3", 1700, 5000))
	c, err := Compare(results, transfer.Transfer, transfer.Selffer, 7)
	if err != nil {
		t.Fatal(err)
	}
	if c.Line.Units != 1 || c.Method != Newcombe || !c.Below() {
		t.Errorf("%d pairs by %s, below %v; want the one pair of numbers, Newcombe, below", c.Line.Units, c.Method,
			c.Below())
	}
	if want := "n = 7: AnB - BnB = -11.0 points [-12.8, -9.2]"; !strings.HasPrefix(c.String(), want) {
		t.Errorf("%q, want it to begin with %q", c.String(), want)
	}
	// scipy.stats.t.interval(0.95, 1, loc=a.mean(), scale=stats.sem(a)) with a = [-0.11, -0.09] is -0.1 ±
	// 0.127062047361747.
	c, err = Compare(append(results, result(t, "1/A7B", 1250, 5000), result(t, "1/B7B", 1700, 5000)), transfer.Transfer,
		transfer.Selffer, 7)
	if err != nil {
		t.Fatal(err)
	}
	if c.Line.Units != 2 || c.Method != StudentT || c.Below() {
		t.Errorf("%d pairs by %s, below %v; want 2 by t, not below", c.Line.Units, c.Method, c.Below())
	}
	near(t, "low", c.Low, -0.1-0.127062047361747)
	if c, err = Compare(results, transfer.Transfer, transfer.Base, 7); err != nil || c.Line.Units != 1 ||
		math.Abs(c.Value+0.37) > 1e-12 {
		t.Errorf("against base: %+v, %v", c, err)
	}
	if _, err := Compare(results, transfer.Random, transfer.Base, 7); err == nil {
		t.Error("a comparison without pairs did not fail")
	}
}

// TestCompareIsOfAllCuts: the interval is that of the verdict of stats.Ask, and the plain one stands beside it by its
// name.
func TestCompareIsOfAllCuts(t *testing.T) {
	c, err := Compare(pairs(t), transfer.Selffer, transfer.Base, 5)
	if err != nil {
		t.Fatal(err)
	}
	report, err := stats.Ask(pairs(t), Level)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range report.Lines {
		if l.Claim.Name == "fragility" && l.At == "n = 5" &&
			(math.Abs(c.Low+l.Simultaneous.High) > 1e-12 || math.Abs(c.Line.High+l.Low) > 1e-12) {
			t.Errorf("%+v and plain %+v; Ask has %+v and %+v", c.Interval, c.Line.Interval, l.Simultaneous, l.Interval)
		}
	}
	// Differences -8, -7.96 and -7.92 points: their sd is 0.04, t(0.975, 2) = 4.302653 and t(0.9875, 2) = 6.205347
	// (scipy.stats.t.ppf).
	sem := 0.0004 / math.Sqrt(3)
	near(t, "low", c.Low, -0.0796-6.205347*sem)
	near(t, "plain low", c.Line.Low, -0.0796-4.302653*sem)
	if want := "95% interval for 2 cuts together; plain 95%, of this cut alone, " +
		"[-8.1, -7.9]"; !strings.Contains(c.String(), want) || !c.Below() {
		t.Errorf("%q, want %q", c, want)
	}
}

// A base trained twice has no cut either: it is the partner at every cut.
func TestCompareWithAnUncutNet(t *testing.T) {
	results := []transfer.Result{result(t, "baseB+", 3000, 5000), result(t, "B4B+", 2500, 5000),
		result(t, "baseB", 2000, 5000)}
	for b, want := range map[transfer.Treatment]float64{transfer.BasePlus: -0.1, transfer.Base: 0.1} {
		c, err := Compare(results, transfer.SelfferPlus, b, 4)
		if err != nil || c.Line.Units != 1 || math.Abs(c.Value-want) > 1e-12 {
			t.Errorf("BnB+ against %s: %+v, %v; want a difference of %v", b, c, err, want)
		}
	}
}
