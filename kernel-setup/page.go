package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

var (
	images    = regexp.MustCompile(`(?s)<img\b[^>]*>`)
	inlined   = regexp.MustCompile(`\ssrc="data:image/[a-z+]+;base64,[^"]`)
	described = regexp.MustCompile(`\salt="[^"]*[^"\s][^"]*"`)
	outside   = regexp.MustCompile(`(?is)<(script|iframe|embed|video|audio|source)\b[^>]*\ssrc=|<(link|object)\b[^>]*\s(href|data)=|@import\b|\burl\(\s*["']?(https?:|//)|\bimport\b[^;]*["']https?:`)
)

// noAlt is what nbconvert says of a picture that has no text alternative.
const noAlt = "No description has been provided"

// standsAlone says what of an HTML page would be missing without network, or for who cannot see: pictures and scripts from elsewhere, pictures
// without a text alternative.
func standsAlone(page string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	var faults error
	for i, img := range images.FindAllString(string(text), -1) {
		if !inlined.MatchString(img) {
			faults = errors.Join(faults, fmt.Errorf("%s: picture %d is not in the page: %.120s", short(page), i+1, img))
		}
		if !described.MatchString(img) || strings.Contains(img, noAlt) {
			faults = errors.Join(faults, fmt.Errorf("%s: picture %d has no text alternative", short(page), i+1))
		}
	}
	for _, from := range outside.FindAllString(images.ReplaceAllString(string(text), ""), -1) {
		faults = errors.Join(faults, fmt.Errorf("%s: something is loaded from elsewhere: %.120s", short(page), from))
	}
	return faults
}
