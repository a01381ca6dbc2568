//go:build !((linux || darwin) && (amd64 || arm64) && !android && !faketime)

package picture

import (
	"errors"
	"image"
)

// turbo is libjpeg-turbo, which is not loaded here.
type turbo struct{}

// errNoTurbo is openTurbo's.
var errNoTurbo = errors.New("libjpeg-turbo is loaded on Linux and macOS alone; choose Go's decoder")

func openTurbo() (*turbo, error) { return nil, errNoTurbo }

func (*turbo) close() error { return nil }

func (*turbo) rgba([]byte, *image.RGBA) bool { return false }

func (*turbo) decode([]byte) (image.Image, bool) { return nil, false }
