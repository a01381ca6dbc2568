package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

//go:embed requirements.txt
var requirements string

// interpreter is a Python that can make an environment.
type interpreter struct {
	Path    string `json:"-"`
	Version string `json:"version"` // "3.11.7"
	Minor   [2]int `json:"minor"`
	Venv    bool   `json:"venv"` // has the modules venv and ensurepip, which Debian ships apart
}

// findPython finds a Python >= 3.10 with its venv module: $COADAPT_PYTHON, else the first in the PATH.
func findPython(ctx context.Context) (interpreter, error) {
	names := []string{"python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"}
	if p := os.Getenv("COADAPT_PYTHON"); p != "" {
		names = []string{p}
	}
	var seen []string
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		p, err := probePython(ctx, path)
		switch {
		case err != nil:
			seen = append(seen, fmt.Sprintf("%s does not run (%v)", path, err))
		case p.Minor[0] != 3 || p.Minor[1] < 10:
			seen = append(seen, fmt.Sprintf("%s is %s, too old", path, p.Version))
		case !p.Venv:
			seen = append(seen, fmt.Sprintf("%s %s has no venv module", path, p.Version))
		default:
			return p, nil
		}
	}
	if len(seen) == 0 {
		seen = []string{"none in the PATH as " + strings.Join(names, ", ")}
	}
	return interpreter{}, fmt.Errorf("no Python >= 3.10 with its venv module: %s", strings.Join(seen, "; "))
}

func probePython(ctx context.Context, path string) (interpreter, error) {
	const program = `import json, sys, importlib.util as u
print(json.dumps({"version": sys.version.split()[0], "minor": sys.version_info[:2],
                  "venv": all(u.find_spec(m) for m in ("venv", "ensurepip"))}))`
	out, err := exec.CommandContext(ctx, path, "-I", "-c", program).Output()
	if err != nil {
		return interpreter{}, err
	}
	p := interpreter{Path: path}
	if err := json.Unmarshal(out, &p); err != nil {
		return interpreter{}, fmt.Errorf("unexpected answer %q", out)
	}
	return p, nil
}

var packageName = regexp.MustCompile(`[A-Za-z0-9][A-Za-z0-9._-]*`)

// neededBy is the part of a lock that some packages and all that they need are. Who needs a package stands below it,
// in comments that begin with "# via".
func neededBy(lock string, names ...string) []string {
	by, name := map[string][]string{}, ""
	for line := range strings.Lines(lock) {
		if comment := strings.TrimSpace(line); strings.HasPrefix(comment, "#") {
			by[name] = append(by[name], packageName.FindAllString(comment, -1)...)
		} else if line[0] != ' ' {
			name = packageName.FindString(line)
		}
	}
	needed := map[string]bool{}
	for grown := names; len(grown) > 0; {
		for _, name := range grown {
			needed[name] = true
		}
		grown = nil
		for name, users := range by {
			if !needed[name] && slices.ContainsFunc(users, func(user string) bool { return needed[user] }) {
				grown = append(grown, name)
			}
		}
	}
	return slices.DeleteFunc(entries(lock), func(entry string) bool { return !needed[packageName.FindString(entry)] })
}

// pinned is the version of a package in the lock.
func pinned(name string) string { return pinnedIn(requirements, name) }

// pinnedIn is that in another lock.
func pinnedIn(lock, name string) string {
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `==([^ ;\\]+)`).FindStringSubmatch(lock)
	if m == nil {
		return "?"
	}
	return m[1]
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
