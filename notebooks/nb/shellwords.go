package nb

import (
	"errors"
	"regexp"
	"strings"

	"github.com/mattn/go-shellwords"
)

// shellWords divides a text as a shell does, quotes and backslashes included. Nothing is run and no variable is put in.
func shellWords(text string) ([]string, error) {
	p := shellwords.NewParser()
	words, err := p.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("a quote that is not closed, or a bracket outside of quotes; quote a value as in a " +
			"shell: --data='my folder'")
	case p.Position >= 0: // where the parser ends
		return nil, errors.New("one of ; & | < > stands outside of quotes; quote a value as in a shell: --data='a & b'")
	}
	return words, nil
}

// plainWord is a word that a shell takes as it is.
var plainWord = regexp.MustCompile(`^[\w.,:/=@%+-]+$`)

// shellText is what shellWords divides into these words.
func shellText(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		if quoted[i] = w; !plainWord.MatchString(w) {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
