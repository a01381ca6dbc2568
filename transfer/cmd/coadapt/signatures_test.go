package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestParameters: a function of more than five parameters, contexts and *testing.T aside, says in its comment why.
func TestParameters(t *testing.T) {
	set := token.NewFileSet()
	err := filepath.WalkDir(cloneRoot, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != cloneRoot && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := parameters(f.Type.Params); n > 5 && !strings.Contains(f.Doc.Text(), "parameters") {
				t.Errorf("%s: %s has %d parameters; want at most 5, or a comment that says why its parameters are more",
					set.Position(f.Pos()), f.Name.Name, n)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// parameters counts those that are neither a context nor the test.
func parameters(list *ast.FieldList) int {
	n := 0
	for _, field := range list.List {
		of := field.Type
		if star, ok := of.(*ast.StarExpr); ok {
			of = star.X
		}
		if named, ok := of.(*ast.SelectorExpr); ok && len(field.Names) == 1 {
			if from, ok := named.X.(*ast.Ident); ok && (from.Name == "context" || from.Name == "testing") {
				continue
			}
		}
		n += max(1, len(field.Names))
	}
	return n
}
