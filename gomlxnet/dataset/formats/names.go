package formats

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// hidden reports whether a file lies in, or is, something that a system or a program keeps beside the pictures.
func hidden(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") && part != "." || leftover(part) {
			return true
		}
	}
	return false
}

// leftover knows what storage servers, Windows, macOS and Python keep in folders of pictures.
func leftover(name string) bool {
	switch strings.ToLower(name) {
	case "__macosx", "@eadir", "#recycle", "@recycle", "@recently-snapshot", "#snapshot", "$recycle.bin",
		"system volume information", "lost+found", "__pycache__", "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db",
		"desktop.ini", "picasa.ini", "icon\r":
		return true
	}
	return false
}

// archived cleans a name as an archive has it: "./" and "//". A name must not lead out of the archive.
func archived(name string) (string, error) {
	clean := path.Clean(name)
	bad := !fs.ValidPath(clean)
	for part := range strings.SplitSeq(name, "/") {
		bad = bad || part == ".."
	}
	if bad {
		return "", fmt.Errorf("the archive has a file %q; names must be relative and without ..", name)
	}
	return clean, nil
}

// zipName is a name of a zip archive with slashes, as programs of Windows may write backslashes, and in UTF-8.
func zipName(name string) string {
	if name = decodeName(name); !strings.Contains(name, "/") {
		name = strings.ReplaceAll(name, `\`, "/")
	}
	return name
}

// decodeName decodes a name that is not UTF-8: as code page 437, which zip prescribes, where that gives nothing but
// accented letters, else as Windows-1252, the greater part of which is Latin-1.
func decodeName(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	from := charmap.CodePage437
	for i := range len(name) {
		if name[i] > 0xa5 { // beyond are frames and formulas in the one, letters in the other
			from = charmap.Windows1252
		}
	}
	if s, err := from.NewDecoder().String(name); err == nil {
		return s
	}
	return name
}
