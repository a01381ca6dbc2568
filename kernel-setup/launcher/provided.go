package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// provided tells whether the modules that dir's go.mod requires, as they lie in the module cache or on disk, have
// every package that the Go files in dir import. GoNB runs `go get` before each build; where all is there it changes
// nothing, and takes longer than this look by a tenth of a second and more. When in doubt, the answer is no.
func provided(dir, cache string) bool {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return false
	}
	mod, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		return false
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		return false
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return false
		}
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil || !packageThere(mod, path, cache) {
				return false
			}
		}
	}
	return true
}

// packageThere looks for one package: in the standard library, whose paths have no dot in their first element and no
// module here, or in the folder of a required module. A module's folder in the cache is whole and without the modules
// nested in it.
func packageThere(mod *modfile.File, path, cache string) bool {
	first, _, _ := strings.Cut(path, "/")
	var found *module.Version
	for _, r := range mod.Require {
		if (path == r.Mod.Path || strings.HasPrefix(path, r.Mod.Path+"/")) &&
			(found == nil || len(r.Mod.Path) > len(found.Path)) {
			found = &r.Mod
		}
	}
	if found == nil {
		return !strings.Contains(first, ".") && path != "C"
	}
	root := ""
	where := *found
	for _, r := range mod.Replace {
		if r.Old.Path == found.Path && (r.Old.Version == "" || r.Old.Version == found.Version) {
			where = r.New
		}
	}
	if where.Version == "" && filepath.IsAbs(where.Path) {
		root = where.Path
	} else if p, err := module.EscapePath(where.Path); err == nil {
		if v, err := module.EscapeVersion(where.Version); err == nil {
			root = filepath.Join(cache, filepath.FromSlash(p)+"@"+v)
		}
	}
	if root == "" {
		return false
	}
	entries, err := os.ReadDir(filepath.Join(root,
		filepath.FromSlash(strings.TrimPrefix(strings.TrimPrefix(path, found.Path), "/"))))
	return err == nil && hasGo(entries)
}

func hasGo(entries []fs.DirEntry) bool {
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") {
			return true
		}
	}
	return false
}

// moduleCache is where go keeps modules, by the environment; "" when that does not tell.
func moduleCache(getenv func(string) string) string {
	if dir := getenv("GOMODCACHE"); dir != "" {
		return dir
	}
	if list := filepath.SplitList(getenv("GOPATH")); len(list) > 0 && list[0] != "" {
		return filepath.Join(list[0], "pkg", "mod")
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, "go", "pkg", "mod")
	}
	return ""
}
