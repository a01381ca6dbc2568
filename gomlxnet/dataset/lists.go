package dataset

import (
	"crypto/md5"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"coadapt/gomlxnet/durable"
)

// List is a file list in Caffe's form, a line "FILE LABEL" a picture, as the
// 2014 experiment gave them to its tool for packing.
type List struct {
	Name   string // of the released folder: "half0A", "halfnatmanB", "reduced0250", "whole"
	Part   Part
	Files  []string
	Labels []int
}

// text are the lines.
func (l List) text() []byte {
	var b []byte
	for i, f := range l.Files {
		b = fmt.Appendf(b, "%s %d\n", f, l.Labels[i])
	}
	return b
}

// WriteFile writes the lines to a file, whole or not at all, making its folder.
func (l List) WriteFile(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return durable.WriteBytes(file, l.text())
}

// MD5 is the sum over the lines, in hex.
func (l List) MD5() string { return fmt.Sprintf("%x", md5.Sum(l.text())) }

// ValidationList is the whole list of the validation set, in the order of the
// file names.
func ValidationList() List {
	l := List{Name: "whole", Part: Test}
	for i, label := range ilsvrc12Lists().labels {
		l.Files, l.Labels = append(l.Files, validationName(i)), append(l.Labels, int(label))
	}
	return l
}

// TrainingList is the whole list of a tree train/<wnid>/*.JPEG with all 1000
// synsets, "n01440764/n01440764_10026.JPEG 0", ordered by class and name. That the
// list of 2014 had this form and order is an assumption; its MD5 sum decides.
func TrainingList(src Source) (List, error) {
	l := List{Name: "whole", Part: Train}
	from, ok := src.(Filer)
	if !ok {
		return l, fmt.Errorf("%s: its pictures are in no files, want a tree train/<wnid>/*.JPEG", src.Name())
	}
	synsets := ilsvrc12Lists().synsets
	classes := src.Classes()
	if len(classes) != len(synsets) {
		return l, fmt.Errorf("%s has %d classes, want the 1000 synsets of ILSVRC2012", src.Name(), len(classes))
	}
	for i, c := range classes {
		if c.Name != synsets[i] {
			return l, fmt.Errorf("%s: class %d is %s, in ILSVRC2012 it is %s", src.Name(), i, c.Name, synsets[i])
		}
	}
	for i := range src.Len(Train) {
		class := src.Label(Train, i)
		l.Files, l.Labels = append(l.Files, synsets[class]+"/"+path.Base(from.File(Train, i))), append(l.Labels, class)
	}
	return l, nil
}

// choose is the list of some classes in ascending order, with labels 0..N-1 in
// that order; pictures keep theirs.
func (l List) choose(name string, classes []int) List {
	label := make(map[int]int)
	for i, c := range classes {
		label[c] = i
	}
	out := List{Name: name, Part: l.Part}
	for i, f := range l.Files {
		if to, ok := label[l.Labels[i]]; ok {
			out.Files, out.Labels = append(out.Files, f), append(out.Labels, to)
		}
	}
	return out
}

// first is the list of the first k pictures of each class, labels as they were.
func (l List) first(k int) List {
	out := List{Name: fmt.Sprintf("reduced%04d", k), Part: l.Part}
	count := make(map[int]int)
	for i, f := range l.Files {
		if count[l.Labels[i]]++; count[l.Labels[i]] <= k {
			out.Files, out.Labels = append(out.Files, f), append(out.Labels, l.Labels[i])
		}
	}
	return out
}

// Lists are all lists of 2014 that come of a whole one: itself, the eight random
// halves, the natural and man-made half, and of a training list those of the first
// 1 to 1000 pictures a class.
func (l List) Lists() []List {
	out := []List{l}
	for _, name := range []string{"0", "1", "2", "3", "natman"} {
		s, err := ILSVRC12Split(name)
		if err != nil {
			panic(err) // a part of the program is damaged
		}
		out = append(out, l.choose("half"+name+"A", s.A), l.choose("half"+name+"B", s.B))
	}
	if l.Part == Train {
		for _, k := range []int{1, 2, 5, 10, 25, 50, 100, 250, 500, 750, 1000} {
			out = append(out, l.first(k))
		}
	}
	return out
}

// Released is the MD5 sum of the list in the 2014 release; ok is false where it
// has none of that name and part.
func (l List) Released() (md5 string, ok bool) {
	sums, ok := map[string][2]string{ // train, valid
		"half0A":      {"83f4e664c68213ba43dd9b4465dd7d4e", "2f10009e20d77eb7007cf70674958b94"},
		"half0B":      {"0a9e2917a5f10bdbf22974f4b1fc17ce", "cce39b383d681345c873faf2c0c28d33"},
		"half1A":      {"8926a880165726455c5639e4813a2d3b", "9ab48b6420504e32ff4498e7d8569f8b"},
		"half1B":      {"b95d534d95151f4fae7610d25d6377fd", "57522f5e2aa69547846089f5197c8a6b"},
		"half2A":      {"61ffa67fe88e307ac1c5639a087fdf1b", "03d05b6565ab9176baccdd05d746bfd1"},
		"half2B":      {"ddda030205cfd7960498d9300f5c3deb", "18de8b37378e07e60dc602b6130eeeb2"},
		"half3A":      {"32369aaeb73012881558f0f16d932b95", "46086440ddde128f169f23331998499d"},
		"half3B":      {"0017c6f301f33db91008663985b6f826", "e5f9f0895fd0d49a8ac0b804ec891282"},
		"halfnatmanA": {"5fb4569a4f3be3897f490ee21b356256", "4fb63c72229ba07106a558127192cb9f"},
		"halfnatmanB": {"4ba839156cd6c7f33d8ada94e4331887", "f03be5732fb6bc7928ee53397b043613"},
		"reduced0001": {"803a36f02b511db01532a604f5704ea8"},
		"reduced0002": {"af6addb779610611d460f0ade2931f2f"},
		"reduced0005": {"abdce3ff7f7933b0323c1074de7a734d"},
		"reduced0010": {"d3752c71b0facde0173876293ce632fd"},
		"reduced0025": {"df313d05c0256010b96870f5707f0417"},
		"reduced0050": {"34e5285b75e5448ff82bc6b0ca0c28f7"},
		"reduced0100": {"8376e82b043586424b8bebf4fd4a8af2"},
		"reduced0250": {"e83abe901d08926ef62956be8628dbd0"},
		"reduced0500": {"d32ff1c8817548f0edf5557b32ca5e0e"},
		"reduced0750": {"5bb58aecc081ec6c27ec68bbc755bb58"},
		"reduced1000": {"94fce01f9b4cb80bdb3fbf2a440c26e6"},
		"whole":       {"3be8e5d8cbd932cc295ec175d5110921", "b6284a7c08fba47457c2c1f6049a156e"},
	}[l.Name]
	return sums[l.Part], ok && sums[l.Part] != ""
}
