package probing

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// TestReadForecasts reads a number and one that is missing, and names the line of what is none.
func TestReadForecasts(t *testing.T) {
	head := strings.Join(forecastColumns, ",") + "\n"
	said, err := ReadForecasts(
		strings.NewReader(
			head + "0/A3B,0/0A0B,0/0A0B#0,3,LEEP,-1.5,,0.25,1,0.75,9\n0/A3B,0/0A0B,0/0A0B#0,3,GBC,,no " +
				"class,0,1,0.75,9\n",
		),
	)
	if err != nil || len(said) != 2 {
		t.Fatalf("%d forecasts, %v", len(said), err)
	}
	if f := said[0]; *f.Value != -1.5 || f.Cut != 3 || f.Accuracy != 0.75 || f.Seconds != 0.25 || f.Training != 9 ||
		f.Reading != 1 {
		t.Errorf("%+v", f)
	}
	if f := said[1]; f.Value != nil || f.Reason != "no class" {
		t.Errorf("%+v", f)
	}
	for text, want := range map[string]string{
		"net,task\n":                    "want the columns",
		head + "a,b,c,x,n,1,,0,0,0,0\n": `line 2: cut "x"`,
		head + "a,b,c,1,n,1,,0,0,y,0\n": `line 2: accuracy "y"`,
	} {
		if _, err := ReadForecasts(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestAllKept finds what the store keeps of nets, for the most pictures, in the order of probes, and reads it from a
// file.
func TestAllKept(t *testing.T) {
	l := small(t)
	nets := trained(t, l, "baseB", "B3B", "baseA")
	r := runner(t, l)
	scale := collect(t, r, Scale{Grid: 2}, nets[:2]...)
	linear := collect(t, r, Linear{Grid: 2}, nets[0])
	collect(t, r, Scale{Grid: 2}, nets[2])
	r.pictures = 20
	collect(t, r, Scale{Grid: 2}, nets[0])
	if err := l.Store().KeepProbed(strings.Repeat("ab", 32), []byte("[]")); err != nil { // of before there were records
		t.Fatal(err)
	}
	kept := AllKept(l.Store(), nets[:2])
	if len(kept) != 2 || kept[0].Probe != "linear" || kept[1].Probe != "scale" || kept[1].Pictures != DefaultPictures {
		t.Fatalf("%+v", kept)
	}
	if !reflect.DeepEqual(kept[0].Values, linear) || !reflect.DeepEqual(kept[1].Values, scale) {
		t.Errorf("%+v; want %+v and %+v", kept, linear, scale)
	}
	var b bytes.Buffer
	if err := WriteKept(&b, kept); err != nil {
		t.Fatal(err)
	}
	if again, err := ReadKept(&b); err != nil || !reflect.DeepEqual(again, kept) {
		t.Errorf("read again: %+v, %v", again, err)
	}
	if kept := AllKept(l.Store(), nil); len(kept) != 0 {
		t.Errorf("of no nets: %+v", kept)
	}
}
