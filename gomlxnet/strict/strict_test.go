package strict

import (
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	var to struct {
		Size  int `json:"size"`
		Inner struct{ Pad int }
	}
	if err := Decode([]byte(`{"size": 3, "Inner": {"pad": 1}}`), &to); err != nil || to.Size != 3 || to.Inner.Pad != 1 {
		t.Errorf("%+v, %v", to, err)
	}
	for text, want := range map[string]string{
		`{"sise": 3}`:           `unknown field "sise"`,
		`{"Inner": {"pas": 1}}`: `unknown field "pas"`,
		`{"size": "3"}`:         "cannot unmarshal string",
	} {
		if err := Decode([]byte(text), &to); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}
