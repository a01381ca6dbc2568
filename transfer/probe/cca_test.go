package probe

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func svcca99(x, y *mat.Dense) (float64, error) { return SVCCA(x, y, 0.99) }

// TestCCAIsTheReference: values made with NumPy from the definitions; 0 where rank leaves no correlation to
// measure.
func TestCCAIsTheReference(t *testing.T) {
	for i, c := range []struct {
		of                pair
		svcca, mean       float64
		weighted, swapped float64
	}{
		{narrow, 0.27501056843960975, 0.34951224154716504, 0.3609352977310982, 0.3523938554360675},
		{classed, 0.5586146545406061, 0.5683745429612327, 0.7066409514661217, 0.7545370408808872},
		{wide, 0.9911455320372612, 0, 0, 0},
		{tall, 0.22946947700822734, 0.22946947700822737, 0.3348662120772439, 0.3409336601229542},
	} {
		x, y, _ := c.of.features()
		v, err := svcca99(x, y)
		near(t, fmt.Sprint(i, " SVCCA"), v, err, c.svcca, 1e-9)
		if c.mean == 0 {
			refuses(t, second(MeanCCA(x, y)), "x has rank 39 for 40 pictures")
			refuses(t, second(PWCCA(x, y)), "x has rank 39 for 40 pictures")
			continue
		}
		v, err = MeanCCA(x, y)
		near(t, fmt.Sprint(i, " CCA"), v, err, c.mean, 1e-9)
		v, err = PWCCA(x, y)
		near(t, fmt.Sprint(i, " PWCCA"), v, err, c.weighted, 1e-9)
		v, err = PWCCA(y, x)
		near(t, fmt.Sprint(i, " PWCCA swapped"), v, err, c.swapped, 1e-9)
	}
}

// TestCCAIsGonums: stat.CC takes another way.
func TestCCAIsGonums(t *testing.T) {
	x, y, _ := classed.features()
	var cc stat.CC
	if err := cc.CanonicalCorrelations(x, y, nil); err != nil {
		t.Fatal(err)
	}
	r, err := CCA(x, y)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range cc.CorrsTo(nil) {
		near(t, fmt.Sprint("correlation ", i), r[i], nil, want, 1e-9)
	}
}

// TestCCAInvariances: CCA does not see invertible maps, SVCCA sees other scales of units, PWCCA those of x,
// and rotations of x.
func TestCCAInvariances(t *testing.T) {
	x, y, _ := classed.features()
	invertible := times(unitScaled(y), rotation(9, 5))
	for name, of := range map[string]Similarity{"CCA": MeanCCA, "SVCCA": svcca99, "PWCCA": PWCCA} {
		want := invariant(t, name, of, x, y)
		v, err := of(shifted(scaled(x, 5), 3), y)
		near(t, name+" of x scaled and shifted", v, err, want, 1e-9)
		v, err = of(x, invertible)
		if err != nil {
			t.Error(err)
		}
		if same := math.Abs(v-want) < 1e-9; same != (name != "SVCCA") {
			t.Errorf("%s of an invertible map of y is %v, before %v", name, v, want)
		}
		v, err = of(times(unitScaled(x), rotation(12, 6)), y)
		if err != nil {
			t.Error(err)
		}
		if same := math.Abs(v-want) < 1e-9; same != (name == "CCA") {
			t.Errorf("%s of an invertible map of x is %v, before %v", name, v, want)
		}
		v, err = of(times(x, rotation(12, 6)), y)
		if err != nil {
			t.Error(err)
		}
		if same := math.Abs(v-want) < 1e-9; same != (name != "PWCCA") {
			t.Errorf("%s of a rotation of x is %v, before %v", name, v, want)
		}
	}
	refuses(t, second(SVCCA(x, y, 1.5)), "share of 1.5")
	refuses(t, second(PWCCA(x, mat.NewDense(60, 2, nil))), "y: all 60 pictures have the same features")
	refuses(t, second(CCA(x, rows(y, 0, 59))), "same pictures")
}
