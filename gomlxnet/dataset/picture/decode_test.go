package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset/datatest"
	"coadapt/gomlxnet/splitmix"
)

// Every colour model comes out as the library's own conversion to RGB says, which is the slow twin of the fast paths.
func TestDecodeColourModels(t *testing.T) {
	r := image.Rect(0, 0, 9, 7)
	rgba := image.NewRGBA(r)
	s := splitmix.New(1)
	for i := range rgba.Pix {
		rgba.Pix[i] = uint8(s.Next())
		if i%4 == 3 {
			rgba.Pix[i] = 255
		}
	}
	models := map[string]draw.Image{"rgba": image.NewRGBA(r), "nrgba": image.NewNRGBA(r), "gray": image.NewGray(r),
		"gray16":   image.NewGray16(r),
		"nrgba64":  image.NewNRGBA64(r),
		"paletted": image.NewPaletted(r, color.Palette{color.Black, color.White, color.RGBA{200, 30, 90, 255}})}
	check := func(name string, data []byte, img image.Image) {
		got := make([]uint8, 9*7*3)
		if err := (&Decoder{}).RGB(data, 7, 9, false, got); err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		var want []uint8
		for y := range 7 {
			for x := range 9 {
				c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
				want = append(want, c.R, c.G, c.B)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: pixels %v, want %v", name, got[:12], want[:12])
		}
	}
	for name, m := range models {
		draw.Draw(m, r, rgba, image.Point{}, draw.Src)
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		check("png "+name, b.Bytes(), m)
	}
	for name, m := range map[string]image.Image{"ycbcr": rgba, "gray": models["gray"]} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, nil); err != nil {
			t.Fatal(err)
		}
		decoded, err := jpeg.Decode(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		check("jpeg "+name, b.Bytes(), decoded)
	}
}

func TestDecodeCMYK(t *testing.T) {
	img := image.NewCMYK(image.Rect(0, 0, 2, 1))
	copy(img.Pix, []uint8{0, 255, 255, 0, 0, 0, 0, 255})
	got := make([]uint8, 6)
	copyRGB(img, got)
	if want := []uint8{255, 0, 0, 0, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("CMYK red and black become %v, want %v", got, want)
	}
}

// The samples of chroma stand for all of their pixels, whatever their ratio.
func TestDecodeRatios(t *testing.T) {
	s := splitmix.New(2)
	for ratio := range chromaSteps {
		m := image.NewYCbCr(image.Rect(0, 0, 75, 67), ratio)
		for _, plane := range [][]uint8{m.Y, m.Cb, m.Cr} {
			for i := range plane {
				plane[i] = uint8(s.Next())
			}
		}
		part := m.SubImage(image.Rect(3, 1, 75, 67)).(*image.YCbCr)
		got := make([]uint8, 72*66*3)
		copyRGB(part, got)
		for i := range 72 * 66 {
			c := part.YCbCrAt(3+i%72, 1+i/72)
			var want [3]uint8
			if want[0], want[1], want[2] = color.YCbCrToRGB(c.Y, c.Cb, c.Cr); [3]uint8(got[3*i:]) != want {
				t.Fatalf("%v: pixel %d, %d is %v, want %v", ratio, i%72, i/72, got[3*i:3*i+3], want)
			}
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	sound := datatest.PNG(t, 4, 4, color.White)
	bomb := slices.Clone(sound)
	copy(bomb[16:24], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // 65536 x 65536, with a wrong sum besides
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":     {nil, "empty"},
		"text":      {[]byte("<html>"), "want a JPEG"},
		"cut png":   {sound[:len(sound)-20], "EOF"},
		"cut jpeg":  {datatest.JPEG(t, 4, 4, 3)[:300], "EOF"},
		"bomb":      {bomb, "png"},
		"other":     {datatest.PNG(t, 5, 4, color.White), "4x5"},
		"only head": {sound[:8], "EOF"},
	} {
		err := (&Decoder{}).RGB(c.data, 4, 4, false, make([]uint8, 48))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(datatest.PNG(f, 3, 2, color.White))
	f.Add(datatest.JPEG(f, 3, 2, 9))
	f.Add([]byte("\xff\xd8\xff"))
	f.Add(flatJPEG(9, 9, [][2]int{{2, 2}, {1, 1}, {1, 2}}, 0, 0xc2, func(p, x, y int) int { return 99 + p + x + y }))
	f.Fuzz(func(t *testing.T, data []byte) {
		if h, w, _, err := inspect(data); err != nil || h*w > 1<<16 {
			return
		}
		_ = (&Decoder{}).RGB(data, 4, 4, true, make([]uint8, 48))
	})
}
