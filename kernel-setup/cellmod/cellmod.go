// Package cellmod writes the Go module in which a notebook's cells are compiled.
//
// GoNB makes an empty module for each kernel, so a cell that imports coadapt or GoMLX would send `go get` to the
// network for whatever is newest. This module instead requires what the clone's go.mod requires, at the same
// versions, takes the clone itself from disk, and has the clone's go.sum: `go get` and `go build` then find
// everything in the module cache, and a cell's results come from this clone.
package cellmod

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// Write makes dir a module called name whose packages see the clone at root: it writes dir/go.mod and dir/go.sum,
// over what is there.
func Write(dir, name, root string) error {
	mod, err := goMod(name, root)
	if err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a module without dependencies has none
		return fmt.Errorf("cannot read the clone's checksums: %w", err)
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o644),
		os.WriteFile(filepath.Join(dir, "go.mod"), mod, 0o644)); err != nil {
		return fmt.Errorf("cannot write the cells' module: %w", err)
	}
	return nil
}

// Providing is the module of mod's requirements that has the package at path: the one with the longest path of those
// that path is or lies below. It is nil where there is none.
func Providing(mod *modfile.File, path string) (found *module.Version) {
	for _, r := range mod.Require {
		if (path == r.Mod.Path || strings.HasPrefix(path, r.Mod.Path+"/")) &&
			(found == nil || len(r.Mod.Path) > len(found.Path)) {
			found = &r.Mod
		}
	}
	return found
}

// goMod is the text of the cells' go.mod.
func goMod(name, root string) ([]byte, error) {
	path := filepath.Join(root, "go.mod")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the clone's module: %w", err)
	}
	clone, err := modfile.Parse(path, text, nil)
	if err != nil {
		return nil, fmt.Errorf("cannot read the clone's module: %w", err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "module %s\n\n", modfile.AutoQuote(name))
	if clone.Go != nil {
		fmt.Fprintf(&b, "go %s\n\n", clone.Go.Version)
	}
	fmt.Fprintf(&b, "require (\n\t%s v0.0.0\n", clone.Module.Mod.Path)
	for _, r := range clone.Require {
		fmt.Fprintf(&b, "\t%s %s\n", r.Mod.Path, r.Mod.Version)
	}
	// A block, not one line: GoNB follows one-line replacements and would send every Go file below the clone to gopls
	// at the first cell.
	fmt.Fprintf(&b, ")\n\nreplace (\n\t%s => %s\n", clone.Module.Mod.Path, modfile.AutoQuote(root))
	for _, r := range clone.Replace {
		fmt.Fprintf(&b, "\t%s => %s\n", spelled(r.Old), target(r.New, root))
	}
	b.WriteString(")\n")
	for _, e := range clone.Exclude {
		fmt.Fprintf(&b, "\nexclude %s\n", spelled(e.Mod))
	}
	return b.Bytes(), nil
}

func spelled(v module.Version) string {
	if v.Version == "" {
		return modfile.AutoQuote(v.Path)
	}
	return modfile.AutoQuote(v.Path) + " " + v.Version
}

// target is the right side of a replacement; a folder is relative to the clone and must not become relative to the
// cells.
func target(v module.Version, root string) string {
	if v.Version == "" && !filepath.IsAbs(v.Path) {
		v.Path = filepath.Join(root, v.Path)
	}
	return spelled(v)
}
