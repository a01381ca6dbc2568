package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestFinite gives NaN and infinities to every float flag of every command.
func TestFinite(t *testing.T) {
	root := rootCommand(t.Output(), t.Output())
	seen := 0
	var visit func(c *cobra.Command, path []string)
	visit = func(c *cobra.Command, path []string) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() != "float64" {
				return
			}
			for _, x := range []string{"nan", "inf", "-Inf"} {
				seen++
				args := append(append([]string{}, path...), "--"+f.Name+"="+x)
				if c.Args != nil && c.Args(c, nil) != nil {
					args = append(args, "no-such")
				}
				status, _, errs := coadapt(t, t.Context(), args...)
				if status != 1 || !strings.Contains(errs, "-"+f.Name) ||
					!strings.Contains(errs, "want a finite number") {
					t.Errorf("%v: status %d: %s", args, status, errs)
				}
			}
		})
		for _, sub := range c.Commands() {
			visit(sub, append(append([]string{}, path...), sub.Name()))
		}
	}
	visit(root, nil)
	if seen < 12 {
		t.Errorf("only %d flags tried", seen)
	}
}

// TestVersionFlag: --version answers without a clone.
func TestVersionFlag(t *testing.T) {
	for _, flag := range []string{"--version", "-version"} {
		if status, out, errs := coadapt(t, t.Context(), flag); status != 0 || !strings.HasPrefix(out, "coadapt ") {
			t.Errorf("%s: %d, %q, %s", flag, status, out, errs)
		}
	}
}
