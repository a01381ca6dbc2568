package probe

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// NLEEPConfig is how [NLEEP] makes source classes. The zero value is that of its paper, with seed 0.
type NLEEPConfig struct {
	Components int     // Gaussians; 0: 5 for each class, or a half of the pictures where these are fewer
	Share      float64 // of the variance that the principal directions hold, up to 1; 0: .8
	Seed       uint64  // of the centres that k-means begins with
}

// NLEEP is [LEEP] with source classes found in the features x [pictures, units], where the source net has
// none or one that says little: the posteriors of a mixture of Gaussians with full covariances, fitted to the
// leading principal directions (Li et al. 2021, Ranking Neural Checkpoints). It is in nats a picture and at
// most 0. With a few pictures a Gaussian it nears 0 whatever the labels: read it beside a [LabelNull], for
// which [MixturePosteriors] and LEEP fit the mixture once. It fails as [LogME] does, where all pictures have
// the same features, and for a config that is out of range.
func NLEEP(x *mat.Dense, labels []int, cfg NLEEPConfig) (float64, error) {
	c, err := checkLabelled(x, labels)
	if err != nil {
		return 0, err
	}
	if cfg.Components == 0 {
		n, _ := x.Dims()
		cfg.Components = min(5*len(c.size), max(n/2, 2))
	}
	posteriors, err := MixturePosteriors(x, cfg)
	if err != nil {
		return 0, err
	}
	return LEEP(posteriors, labels)
}

// MixturePosteriors are the source classes of [NLEEP], [pictures, components]: how likely each picture is of
// each Gaussian. Components must be set, 2 or more and fewer than the pictures. Rotation, one scale and
// shifts leave them unchanged, but for the order of Gaussians. It fails as NLEEP does.
func MixturePosteriors(x *mat.Dense, cfg NLEEPConfig) (*mat.Dense, error) {
	if err := checkFeatures("x", x, 3); err != nil {
		return nil, err
	}
	if n, _ := x.Dims(); cfg.Components < 2 || cfg.Components >= n {
		return nil, fmt.Errorf("%d components of a mixture: want 2 to %d for %d pictures", cfg.Components, n-1, n)
	}
	if cfg.Share == 0 {
		cfg.Share = 0.8
	}
	if !(cfg.Share > 0 && cfg.Share <= 1) {
		return nil, fmt.Errorf("a share of %v of the variance: want more than 0 and at most 1", cfg.Share)
	}
	_, s, err := centredSpectrum("x", x)
	if err != nil {
		return nil, err
	}
	directions := s.holding(cfg.Share).along()
	n, d := directions.Dims()
	norm := mat.Norm(directions, 2)
	floor := 1e-6 * norm * norm / float64(n*d) // a share of the average variance, so that scale does not matter
	return fitMixture(directions, cluster(directions, cfg.Components, cfg.Seed), floor)
}
