package figure

import (
	"strings"
	"testing"

	"coadapt/transfer/probing"
)

// TestMapOfNets has each net's name at each layer, and refuses values without places.
func TestMapOfNets(t *testing.T) {
	var values []probing.Value
	for i, net := range []string{"0/baseA", "0/baseB", "0/B4B"} {
		for _, layer := range []string{"conv1", "fc7"} {
			for _, name := range []string{probing.MapX, probing.MapY} {
				v := number("map", layer, name, "radians", float64(i)/2)
				v.Net = net
				values = append(values, v)
			}
		}
	}
	f, err := Probed(values, Options{})
	if err != nil {
		t.Fatal(err)
	}
	said := words(t, f)
	for _, want := range []string{"0/B4B", "conv1", "fc7", "radians"} {
		if !strings.Contains(said, want) {
			t.Errorf("the map does not say %q: %s", want, said)
		}
	}
	if !strings.Contains(f.Alt(), "fc7, 0/baseB: 0.500, 0.500") {
		t.Error(f.Alt())
	}
	if _, err := Probed(values[:1], Options{}); err == nil || !strings.Contains(err.Error(), "has no") {
		t.Errorf("error %v", err)
	}
}

// TestMade has a row for each unit with three numbers, and says which control fails.
func TestMade(t *testing.T) {
	grey := make([]uint8, 4)
	made := []probing.Made{
		{Unit: 3, Size: 2, Channels: 1, Made: grey, Best: grey, Else: grey, Values: [3]float64{9, 4, 1}},
		{Unit: 5, Size: 2, Channels: 1, Made: grey, Best: grey, Else: grey, Values: [3]float64{2, 4, 1}},
	}
	f, err := Made("0/baseB", "conv3", made, Options{})
	if err != nil {
		t.Fatal(err)
	}
	said := words(t, f)
	if !strings.Contains(said, "unit 3") || !strings.Contains(said, "A control fails at unit 5") ||
		strings.Contains(said, "fails at unit 3") || !strings.Contains(f.Alt(), "Unit 3: 9.00 by the picture made") {
		t.Errorf("%s; %s", said, f.Alt())
	}
	if _, err := Made("0/baseB", "conv3", nil, Options{}); err == nil {
		t.Error("no error for no unit")
	}
}
