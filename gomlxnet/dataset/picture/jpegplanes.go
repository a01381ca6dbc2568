package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"iter"

	"coadapt/gomlxnet/dataset/planes"
)

// Go's decoder takes JPEGs whose two chroma planes are sampled alike and evenly. The format allows more, and others
// write it: each of three planes may have 1 to 4 samples a side where the finest has 1 to 4. Such a file is taken
// apart into one grey JPEG a plane, without decoding more than where blocks begin and end, and Go decodes these:
//
//	Y Y Y Y Cb Cr Cr | Y Y Y Y Cb Cr Cr ...  -->  Y Y Y ...   Cb Cb ...   Cr Cr Cr ...
//
// Samples of the coarser planes then stand for as many pixels as they cover, which must be a whole number a side. Where
// such planes come in several scans, libjpeg-turbo decodes the picture, if it is there (jpegspare.go).

// planar is a picture of three planes.
type planar struct {
	w, h   int
	planes [3]planes.Plane
	rgb    bool // red, green and blue, in place of Y, Cb, Cr
}

// ColorModel is the planes'.
func (p *planar) ColorModel() color.Model { return color.YCbCrModel }

// Bounds begin at 0, 0.
func (p *planar) Bounds() image.Rectangle { return image.Rect(0, 0, p.w, p.h) }

// At takes the nearest samples.
func (p *planar) At(x, y int) color.Color {
	var v [3]uint8
	for i, q := range p.planes {
		v[i] = q.Pix[y/q.StepY*q.Stride+x/q.StepX]
	}
	if p.rgb {
		return color.RGBA{v[0], v[1], v[2], 255}
	}
	return color.YCbCr{Y: v[0], Cb: v[1], Cr: v[2]}
}

// jpegConfig is jpeg.DecodeConfig, for what it does not take as well.
func jpegConfig(data []byte) (image.Config, error) {
	data = evenGrey(data)
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if oddSampling(err) {
		f, ferr := readJPEGFrame(data)
		if ferr == nil {
			return image.Config{ColorModel: color.YCbCrModel, Width: f.w, Height: f.h}, nil
		}
		err = ferr
	}
	if err != nil && spareDecodes(data, err) {
		h := jpegHeaderOf(data)
		return image.Config{ColorModel: color.YCbCrModel, Width: h.w, Height: h.h}, withoutSpare(err)
	}
	return c, err
}

// jpegDecode is jpeg.Decode, for what it does not take as well.
func jpegDecode(data []byte) (image.Image, error) {
	data = evenGrey(data)
	img, err := jpeg.Decode(bytes.NewReader(data))
	if oddSampling(err) {
		var f *jpegFrame
		if f, err = readJPEGFrame(data); err == nil {
			return f.decode()
		}
	}
	if err != nil && spareDecodes(data, err) {
		return spareDecode(data, err)
	}
	return img, err
}

func oddSampling(err error) bool {
	var u jpeg.UnsupportedError
	return errors.As(err, &u) && u == "luma/chroma subsampling ratio"
}

// jpegFrame is a sequential JPEG of three planes in one scan.
type jpegFrame struct {
	w, h     int
	maxH     byte // samples of the finest plane across,
	maxV     byte // and down
	comp     [3]jpegPlane
	quant    []byte // DQT segments as they are
	huffman  []byte // DHT segments as they are
	tables   [2][4]*huffmanTable
	interval int // MCUs between restarts; 0: none
	rgb      bool
	scan     []byte
}

// jpegPlane is one of its planes.
type jpegPlane struct {
	id, h, v, quant, dc, ac byte
	across                  int // blocks in a row
	blocks                  []jpegBlock
	bits                    bitWriter // of the AC coefficients, as the file has them
}

type jpegBlock struct {
	dc       int32
	from, to int // bits
}

// readJPEGFrame reads the segments up to the scan.
func readJPEGFrame(data []byte) (*jpegFrame, error) {
	f := &jpegFrame{}
	adobe := -1
	for marker, at := range jpegSegments(data) {
		end := at + 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		if end < at+4 || end > len(data) {
			break
		}
		segment, body := data[at:end], data[at+4:end]
		switch marker {
		case 0xdb:
			f.quant = append(f.quant, segment...)
		case 0xc4:
			f.huffman = append(f.huffman, segment...)
			if err := f.readTables(body); err != nil {
				return nil, err
			}
		case 0xdd:
			if len(body) == 2 {
				f.interval = int(binary.BigEndian.Uint16(body))
			}
		case 0xee:
			if len(body) >= 12 && string(body[:5]) == "Adobe" {
				adobe = int(body[11])
			}
		case 0xc0, 0xc1:
			if err := f.readFrame(body); err != nil {
				return nil, err
			}
		case 0xc2:
			return nil, errProgressive
		case 0xda:
			f.rgb = adobe == 0 || adobe < 0 && f.comp[0].id == 'R' && f.comp[1].id == 'G' && f.comp[2].id == 'B'
			f.scan = data[end:]
			return f, f.readScan(body)
		}
	}
	return nil, errors.New("a JPEG that is cut off before its scan")
}

// jpegSegments are the markers of a JPEG's segments and where these begin, up to what is no segment, or cut off before
// its length.
func jpegSegments(data []byte) iter.Seq2[byte, int] {
	return func(yield func(marker byte, at int) bool) {
		for at := 2; at+4 <= len(data) && data[at] == 0xff; {
			if data[at+1] == 0xff { // filling
				at++
				continue
			}
			if !yield(data[at+1], at) {
				return
			}
			at += 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		}
	}
}

func (f *jpegFrame) readFrame(body []byte) error {
	if len(body) != 15 || body[5] != 3 {
		return errors.New("a JPEG with planes sampled unevenly that are not three, which is not read; " +
			"convert it to PNG")
	}
	f.h, f.w = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	f.maxH, f.maxV = 0, 0
	for i := range f.comp {
		sampling := body[7+3*i]
		f.maxH, f.maxV = max(f.maxH, sampling>>4), max(f.maxV, sampling&15)
	}
	for i := range f.comp {
		c := body[6+3*i:]
		p := jpegPlane{id: c[0], h: c[1] >> 4, v: c[1] & 15, quant: c[2]}
		if p.h < 1 || p.h > 4 || p.v < 1 || p.v > 4 {
			return fmt.Errorf("a JPEG with a plane of %dx%d samples; the format has 1 to 4", p.h, p.v)
		}
		if f.maxH%p.h != 0 || f.maxV%p.v != 0 {
			return fmt.Errorf("a JPEG with %dx%d samples in one plane for %dx%d in another, which is not read; "+
				"convert it to PNG", p.h, p.v, f.maxH, f.maxV)
		}
		f.comp[i] = p
	}
	return nil
}

func (f *jpegFrame) readScan(body []byte) error {
	if f.w == 0 || f.h == 0 {
		return errors.New("a JPEG without a size before its scan")
	}
	if len(body) != 10 || body[0] != 3 {
		return errOwnScans
	}
	for i := range f.comp {
		p := &f.comp[i]
		p.dc, p.ac = body[2+2*i]>>4, body[2+2*i]&15
		if body[1+2*i] != p.id || p.dc > 3 || p.ac > 3 || f.tables[0][p.dc] == nil || f.tables[1][p.ac] == nil {
			return errors.New("a JPEG whose scan does not fit its planes or tables")
		}
	}
	return nil
}

// decode takes the scan apart, and has Go decode each plane.
func (f *jpegFrame) decode() (image.Image, error) {
	width, height := 8*int(f.maxH), 8*int(f.maxV) // of an MCU, pixels
	across, down := (f.w+width-1)/width, (f.h+height-1)/height
	if err := f.split(across, down); err != nil {
		return nil, err
	}
	out := &planar{w: f.w, h: f.h, rgb: f.rgb}
	for i := range f.comp {
		p := &f.comp[i]
		data, err := f.grey(p, down*int(p.v))
		if err != nil {
			return nil, err
		}
		img, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		g, ok := img.(*image.Gray)
		if !ok {
			return nil, errors.New("a JPEG with a plane that is not grey by itself")
		}
		stepX, stepY := int(f.maxH/p.h), int(f.maxV/p.v)
		out.planes[i] = planes.Plane{Pix: g.Pix, Stride: g.Stride, StepX: stepX, StepY: stepY,
			W: (f.w + stepX - 1) / stepX, H: (f.h + stepY - 1) / stepY}
		*p = jpegPlane{} // its blocks are of no more use
	}
	return out, nil
}
