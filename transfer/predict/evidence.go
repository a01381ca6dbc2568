package predict

import (
	"context"
	"fmt"
	"path/filepath"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer/figure"
)

// Caption says what the maps of [Evidence] are.
func (p *Predictor) Caption() string {
	s := "Hidden squares: how far the probability of the class falls where a square is replaced by the mean image. "
	if p.HasActivation() {
		s += "Class activation: the last features, weighted as for the class. "
	}
	return s + "Bright is much; nothing is shown where it is none, or speaks against the class."
}

// Evidence is a picture with its maps for a class, to be drawn by [figure.Evidences]. name is the picture's file.
func Evidence(ctx context.Context, p *Predictor, name string, seen dataset.Seen, guess Guess) (figure.Evidence, error) {
	img, err := figure.RGB(seen.Pixels, seen.Size, seen.Size)
	if err != nil {
		return figure.Evidence{}, err
	}
	row := figure.Evidence{Picture: figure.Picture{
		Pixels: img,
		Words:  []string{filepath.Base(name), fmt.Sprintf("taken for %s, %.3f", guess.Title, guess.Probability)},
	}}
	hidden, err := p.Occlude(ctx, seen.Input, guess.Output)
	if err != nil {
		return figure.Evidence{}, err
	}
	row.Maps = append(row.Maps, figure.EvidenceMap{
		Values: hidden.Values,
		Words:  []string{"hidden squares", fmt.Sprintf("probability falls by up to %.3f", hidden.Most)},
	})
	if !p.HasActivation() {
		return row, nil
	}
	active, err := p.Activate(seen.Input, guess.Output)
	if err != nil {
		return figure.Evidence{}, err
	}
	row.Maps = append(row.Maps, figure.EvidenceMap{
		Values: active.Values,
		Words:  []string{"class activation", fmt.Sprintf("up to %.3g of the logit", active.Most)},
	})
	return row, nil
}
