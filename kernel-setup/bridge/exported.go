package bridge

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// exported lists the exported fields and methods of the type typ of the package at root/dir or, if typ is "", the
// package's exported names. It reads the source, so embedded types add nothing. A package that cannot be read has no
// names.
func exported(root, dir, typ string) []string {
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(dir), "*.go"))
	if err != nil {
		return nil
	}
	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, decl := range parsed.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if receiver(d) == typ {
					names = append(names, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					names = append(names, specNames(spec, typ)...)
				}
			}
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return !ast.IsExported(name) })
}

// receiver is the name of a method's type; "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if name, ok := t.(*ast.Ident); ok {
		return name.Name
	}
	return "?" // a generic type; cells do not name one
}

// specNames lists the names that a top-level declaration adds, or the fields of the struct typ.
func specNames(spec ast.Spec, typ string) (names []string) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if typ == "" {
				names = append(names, name.Name)
			}
		}
	case *ast.TypeSpec:
		if typ == "" {
			return []string{s.Name.Name}
		}
		body, ok := s.Type.(*ast.StructType)
		if !ok || s.Name.Name != typ {
			return nil
		}
		for _, field := range body.Fields.List {
			for _, name := range field.Names {
				names = append(names, name.Name)
			}
		}
	}
	return names
}
