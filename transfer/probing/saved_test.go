package probing

import (
	"strings"
	"testing"
)

// TestReadForecasts reads a number and one that is missing, and names the line of what is none.
func TestReadForecasts(t *testing.T) {
	head := strings.Join(forecastColumns, ",") + "\n"
	said, err := ReadForecasts(strings.NewReader(head + "0/A3B,0/0A0B,0/0A0B#0,3,LEEP,-1.5,,0.25,1,0.75,9\n0/A3B,0/0A0B,0/0A0B#0,3,GBC,,no class,0,1,0.75,9\n"))
	if err != nil || len(said) != 2 {
		t.Fatalf("%d forecasts, %v", len(said), err)
	}
	if f := said[0]; *f.Value != -1.5 || f.Cut != 3 || f.Accuracy != 0.75 || f.Seconds != 0.25 || f.Training != 9 || f.Reading != 1 {
		t.Errorf("%+v", f)
	}
	if f := said[1]; f.Value != nil || f.Reason != "no class" {
		t.Errorf("%+v", f)
	}
	for text, want := range map[string]string{"net,task\n": "want the columns", head + "a,b,c,x,n,1,,0,0,0,0\n": `line 2: cut "x"`, head + "a,b,c,1,n,1,,0,0,y,0\n": `line 2: accuracy "y"`} {
		if _, err := ReadForecasts(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
