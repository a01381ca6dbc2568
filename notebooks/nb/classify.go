package nb

import (
	"fmt"
	"path/filepath"
	"strings"

	"coadapt/transfer"
	"coadapt/transfer/figure"
	classifier "coadapt/transfer/predict"
)

// Classify shows files of pictures to a net and prints its five likeliest classes of each, with their probabilities, as
// coadapt predict does. Pictures that cannot be read are named below the table.
func (l *Lab) Classify(r transfer.Result, files ...string) { must(l.classify(r, files)).show() }

func (l *Lab) classify(r transfer.Result, files []string) (table, error) {
	t := table{title: "What " + r.Net.String() + " takes pictures for", head: []string{"picture", "1", "2", "3", "4",
		"5"}}
	if len(files) == 0 {
		return t, fmt.Errorf("Classify: no picture, want files, such as lab.Classify(results[0], \"cat.png\")")
	}
	p, err := l.predictor(r)
	if err != nil {
		return t, err
	}
	defer p.Close()
	most := 0
	for _, file := range files {
		seen, err := p.See(file)
		if err != nil {
			t.notes = append(t.notes, err.Error())
			continue
		}
		logits, err := p.Logits(l.ctx, [][]float32{seen.Input})
		if err != nil {
			return t, err
		}
		row := []string{filepath.Join(filepath.Base(filepath.Dir(file)), filepath.Base(file))} // not where it lies
		for _, g := range p.Top(logits[0], 5) {
			row = append(row, fmt.Sprintf("%s %.3f", strings.ReplaceAll(g.Title, "_", " "), g.Probability))
		}
		most = max(most, len(row))
		t.rows = append(t.rows, row)
	}
	t.head = t.head[:max(1, most)]
	return t, nil
}

// Calibration compares the confidence of a net on its test part with how often it is right, in 15 bins, as coadapt
// predict --calibration does.
func (l *Lab) Calibration(r transfer.Result) { must(l.calibration(r)).show() }

func (l *Lab) calibration(r transfer.Result) (table, error) {
	p, err := l.predictor(r)
	if err != nil {
		return table{}, err
	}
	defer p.Close()
	c, err := p.Calibrate(l.ctx)
	if err != nil {
		return table{}, err
	}
	t := table{
		title: fmt.Sprintf("%s on its %d test pictures", r.Net, c.Pictures),
		head:  []string{"confidence", "pictures", "mean confidence", "accuracy"},
		notes: []string{fmt.Sprintf("Accuracy %.3f at a mean confidence of %.3f; expected calibration error %.3f "+
			"(Guo et al. 2017, %d bins), largest %.3f.",
			c.Accuracy, c.Confidence, c.ECE, len(c.Bins), c.MCE)},
	}
	for _, b := range c.Bins {
		if b.Pictures > 0 {
			t.rows = append(t.rows, []string{fmt.Sprintf("%.3f to %.3f", b.Low, b.High), fmt.Sprint(b.Pictures),
				fmt.Sprintf("%.3f", b.Confidence), fmt.Sprintf("%.3f", b.Accuracy)})
		}
	}
	return t, nil
}

// Evidence draws where in pictures a net sees what it takes them for: by hiding one square after another, and for nets
// that end in a global average by their class-activation map, too.
func (l *Lab) Evidence(r transfer.Result, files ...string) figure.Drawing {
	return must(l.evidence(r, files))
}

func (l *Lab) evidence(r transfer.Result, files []string) (figure.Drawing, error) {
	p, err := l.predictor(r)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	var rows []figure.Evidence
	for _, file := range files {
		seen, err := p.See(file)
		if err != nil {
			return nil, fmt.Errorf("Evidence: %w", err)
		}
		logits, err := p.Logits(l.ctx, [][]float32{seen.Input})
		if err != nil {
			return nil, err
		}
		row, err := classifier.Evidence(l.ctx, p, file, seen, p.Top(logits[0], 1)[0])
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	fig, err := figure.Evidences(r.Net.String(), rows, figure.Options{Caption: p.Caption()})
	if err != nil {
		return nil, err
	}
	return of(fig, r), nil
}

// predictor makes a net of the store ready to be shown pictures. The caller closes it.
func (l *Lab) predictor(r transfer.Result) (*classifier.Predictor, error) {
	if err := l.ready(); err != nil {
		return nil, err
	}
	net, err := l.lab.Trained(l.ctx, r)
	if err != nil {
		return nil, err
	}
	backend, err := l.backend()
	if err != nil {
		return nil, err
	}
	return classifier.New(backend, net)
}
