package nb

import (
	"fmt"
	"path/filepath"

	"coadapt/gomlxnet/dataset"
)

// checkParts says what is wrong with what divides the pictures, and makes the file of groups absolute, as a run in the
// background starts elsewhere.
func (s *settings) checkParts() error {
	p := &s.parts
	if x := p.TestShare; x != 0 && !(x > 0 && x < 1) {
		return fmt.Errorf("nb.TestShare(%v): want more than 0 and less than 1, such as 0.2", x)
	}
	if (p.Fold != 0 || p.Folds != 0) && (p.Folds < 2 || p.Fold < 1 || p.Fold > p.Folds) {
		return fmt.Errorf("nb.Fold(%d, %d): want part 1 to k of k parts, such as nb.Fold(1, 5)", p.Fold, p.Folds)
	}
	if p.Seed < 0 {
		return fmt.Errorf("nb.PartSeed(%d): want 0 or more", p.Seed)
	}
	if p.Groups == "" {
		return nil
	}
	file, err := filepath.Abs(p.Groups)
	if err != nil {
		return err
	}
	if _, err := dataset.ReadGroups(file); err != nil {
		return fmt.Errorf("nb.Groups: %w", err)
	}
	p.Groups = file
	return nil
}
