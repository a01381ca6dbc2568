package main

import (
	"encoding/json"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A parameters cell of papermill is Go of the right types. What papermill itself brings is stood in for; the entry
// point leads to the engine.
func TestPapermillsParameters(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no Python")
	}
	standIn := t.TempDir()
	write(t, filepath.Join(standIn, "papermill", "__init__.py"), "")
	write(t, filepath.Join(standIn, "papermill", "engines.py"), "class NBClientEngine: pass\n")
	write(t, filepath.Join(standIn, "papermill", "translators.py"), `class Translator: pass
class Register:
    def register(self, language, translator): self.language, self.translator = language, translator
papermill_translators = Register()
`)
	const program = `
import importlib.metadata, json, sys
sys.path[:0] = ["papermill", sys.argv[1]]
[point] = importlib.metadata.entry_points(group="papermill.engine")
engine = point.load()
from papermill.engines import NBClientEngine
from papermill.translators import papermill_translators as register
assert point.name == "coadapt" and issubclass(engine, NBClientEngine) and register.language == "go"
refused = []
for wrong in {"type": 1}, {"a b": 1}, {"é": 1}, {"x": float("nan")}:
    try: register.translator.codify(wrong)
    except ValueError as err: refused.append(str(err))
print(json.dumps([register.translator.codify(json.loads(sys.argv[2]), "Para\nmeters"), refused]))`
	const parameters = `{"data": "sha\"p\\es\n\u0001 ü 😀 \ufeff", "steps": 300, "rate": 1e-05, "whole": 2.0, "balanced": true, "seeds": [0, 1], "rates": [0.5, 1],
 "none": null, "mixed": [1, "a", null], "empty": [], "spec": {"a": [1], "b": {"c": false}}, "words": ["a"]}`
	out, err := exec.Command(python, "-B", "-c", program, standIn, parameters).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	var cell string
	var refused []string
	if err := json.Unmarshal(out, &[]any{&cell, &refused}); err != nil {
		t.Fatal(err)
	}
	if len(refused) != 4 || !strings.Contains(refused[0], "'type'") || !strings.Contains(refused[3], "finite") {
		t.Errorf("refused: %q", refused)
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "cell.go", "package main\n"+cell, parser.ParseComments)
	if err != nil {
		t.Fatalf("%v in\n%s", err, cell)
	}
	checked, err := (&types.Config{Importer: importer.Default()}).Check("main", set, []*ast.File{file}, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, cell)
	}
	for name, want := range map[string]string{"data": "string", "steps": "int", "rate": "float64", "whole": "float64",
		"balanced": "bool", "seeds": "[]int", "rates": "[]float64",
		"none": "any", "mixed": "[]any", "empty": "[]any", "spec": "map[string]any", "words": "[]string"} {
		if v := checked.Scope().Lookup(name); v == nil || v.Type().String() != want {
			t.Errorf("%s is %v, want of type %s, in\n%s", name, v, want, cell)
		}
	}
	for _, want := range []string{"// Para meters\n", `var data string = "sha\"p\\es\n\u0001 ü 😀 \ufeff"` + "\n",
		"var rates []float64 = []float64{0.5, 1}\n",
		`var spec map[string]any = map[string]any{"a": []int{1}, "b": map[string]any{"c": false}}` + "\n"} {
		if !strings.Contains(cell, want) {
			t.Errorf("the cell lacks %q:\n%s", want, cell)
		}
	}
}
