package setup

import (
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset/formats"

	"github.com/spf13/pflag"
)

// TestDataHelp: the help of -data lists the specs of all formats, those of shapes first.
func TestDataHelp(t *testing.T) {
	fl := pflag.NewFlagSet("data", pflag.ContinueOnError)
	o := Default()
	o.Flags(fl)
	usage := fl.Lookup("data").Usage
	if !strings.HasPrefix(usage, "plain-shapes, shapes, shapes:classes=20,train=100,..., ") {
		t.Errorf("help %q, want shapes first", usage)
	}
	specs := formats.Specs()
	if len(specs) < 3 {
		t.Errorf("specs %q, want those of shapes at least", specs)
	}
	for _, s := range specs {
		if !strings.Contains(usage, s+", ") {
			t.Errorf("help %q lacks %q", usage, s)
		}
	}
}
