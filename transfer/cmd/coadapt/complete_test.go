package main

import (
	"strings"
	"testing"
)

// TestSuggestion: a mistyped flag names the one that was meant, and one that is like none names none.
func TestSuggestion(t *testing.T) {
	for args, want := range map[string]string{
		"curve -seed 1":           "did you mean --seeds?",
		"curve --seed 1":          "did you mean --seeds?",
		"curve -treatmens AnB":    "did you mean --conditions?",
		"store export -wat x":     "did you mean --what?",
		"curve -quantum 3":        "",
		"run -step 3":             "did you mean --steps?",
		"stats -experimnt shapes": "did you mean --experiment?",
	} {
		status, _, errs := coadapt(t, t.Context(), strings.Fields(args)...)
		if status != 1 || want == "" && strings.Contains(errs, "did you mean") || !strings.Contains(errs, want) ||
			!strings.Contains(errs, "lists the flags") {
			t.Errorf("%s: status %d: %s", args, status, errs)
		}
	}
}

// TestComplete: shells get a script, data sets, and the nets and keys of the store.
func TestComplete(t *testing.T) {
	if status, _, errs := coadapt(t, t.Context(), tiny(t)...); status != 0 {
		t.Fatal(errs)
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if status, out, errs := coadapt(t, t.Context(), "completion", shell); status != 0 ||
			!strings.Contains(out, "coadapt") ||
			strings.Contains(out, `\u00`) {
			t.Errorf("%s: status %d: %s", shell, status, errs)
		}
	}
	for args, want := range map[string]string{
		"curve|--data|":        "shapes\n",
		"run|--grid|":          "balanced\n",
		"store|export|--nets|": "0/A3B\n",
		"store|show|":          "\t0/A3B on shapes",
		"status|":              "curve-shapes-",
		"predict|":             "0/A3B\n",
		"predict|0/A3B|":       ":0\n", // files, as the shell completes them
		"logs|":                "0/baseB\n",
	} {
		if status, out, errs := coadapt(t, t.Context(),
			append([]string{"__complete"}, strings.Split(args, "|")...)...); status != 0 ||
			!strings.Contains(out, want) {
			t.Errorf("%s: status %d: %s%s", args, status, out, errs)
		}
	}
}

// TestThreeClasses: too few classes for two tasks are told of in these words.
func TestThreeClasses(t *testing.T) {
	args := append(tiny(t), "-data", "shapes:classes=3,train=8,test=4,size=24")
	if status, _, errs := coadapt(t, t.Context(), args...); status != 1 ||
		!strings.Contains(errs, "3 classes: two tasks of two classes need 4") {
		t.Errorf("status %d: %s", status, errs)
	}
}
