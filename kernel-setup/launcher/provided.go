package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"coadapt/kernel-setup/cellmod"

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
	found := cellmod.Providing(mod, path)
	if found == nil {
		first, _, _ := strings.Cut(path, "/")
		return !strings.Contains(first, ".") && path != "C"
	}
	where := *found
	for _, r := range mod.Replace {
		if r.Old.Path == found.Path && (r.Old.Version == "" || r.Old.Version == found.Version) {
			where = r.New
		}
	}
	root := where.Path
	if where.Version != "" || !filepath.IsAbs(root) {
		p, errPath := module.EscapePath(where.Path)
		v, errVersion := module.EscapeVersion(where.Version)
		if errPath != nil || errVersion != nil {
			return false
		}
		root = filepath.Join(cache, filepath.FromSlash(p)+"@"+v)
	}
	folder := filepath.Join(root, filepath.FromSlash(strings.TrimPrefix(path, found.Path)))
	files, err := fs.Glob(os.DirFS(folder), "*.go")
	return err == nil && slices.ContainsFunc(files, func(f string) bool { return !strings.HasSuffix(f, "_test.go") })
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
