// Package picture brings encoded pictures to pixels. It knows of files and bytes, and nothing of classes or data sets.
//
//	first bytes -- KindOf --> Kind             is it a picture, of a format that is read?
//	whole file -- Decoder.Size --> height, width
//	              Decoder.RGB  --> decoded, upright, resized: [height, width, 3] bytes
//
// A picture is recognised by its first bytes, whatever its name: JPEG, PNG, and of GIF, WebP, BMP and TIFF the first
// frame. [Upright] and Decoder.Turn heed what EXIF data says. Resizing is in integers, on the planes of a JPEG as they
// are stored, and gives the same bytes everywhere. Where the machine's libjpeg-turbo is asked to decode JPEGs
// ([Decoder.Use]), its samples differ from Go's by a grey level or two.
//
// Bounds, so that no file can take the memory: 64 MiB and 64 Mi pixels a picture, and 512 MiB for all pictures that a
// [Decoder] has in work; a larger one is decoded alone.
//
// A new format is an entry in formats (kind.go), with its codec in a file of its own where it needs more than a package
// that reads it (webp.go), its ending in HasEnding, and a case in TestFormats.
//
// Start from kind.go, then decode.go. exif.go reads orientations, jpegplanes.go and jpegscan.go read JPEGs that
// image/jpeg does not take, turbo.go loads libjpeg-turbo, warp.go resizes.
package picture
