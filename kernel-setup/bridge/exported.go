package bridge

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
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
	var found []*ast.Ident
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
					found = append(found, d.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					found = append(found, specNames(spec, typ)...)
				}
			}
		}
	}
	var names []string
	for _, name := range found {
		if name.IsExported() {
			names = append(names, name.Name)
		}
	}
	return names
}

// receiver is the name of a method's type; "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	return strings.TrimPrefix(types.ExprString(d.Recv.List[0].Type), "*")
}

// specNames lists the names that a top-level declaration adds, or the fields of the struct typ.
func specNames(spec ast.Spec, typ string) (names []*ast.Ident) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		if typ == "" {
			return s.Names
		}
	case *ast.TypeSpec:
		if typ == "" {
			return []*ast.Ident{s.Name}
		}
		if body, ok := s.Type.(*ast.StructType); ok && s.Name.Name == typ {
			for _, field := range body.Fields.List {
				names = append(names, field.Names...)
			}
		}
	}
	return names
}
