package nb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/reference"
)

// Paper are the nets of 2014, from their authors' logs: accuracy is the mean of the ten best tests on the way, as the
// paper plots it.
func Paper() []transfer.Result { return must(reference.Results(transfer.BestTen)) }

// Saved are nets that this clone keeps the results of, under notebooks/results: "cifar100" or "shapes", trained as
// the report there says.
func Saved(name string) []transfer.Result {
	h, err := home.Locate()
	if err != nil {
		fail(err)
	}
	return must(saved(h, name))
}

func saved(h home.Home, name string) ([]transfer.Result, error) {
	f, err := os.Open(savedFile(h, name))
	if errors.Is(err, fs.ErrNotExist) {
		files, err := filepath.Glob(savedFile(h, "*"))
		if err != nil {
			return nil, err
		}
		var names []string
		for _, file := range files {
			names = append(names, filepath.Base(filepath.Dir(file)))
		}
		return nil, fmt.Errorf("saved results %q: there are none of that name; want one of %s", name,
			strings.Join(names, ", "))
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	results, err := transfer.ReadResults(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return results, nil
}

// savedLike are the saved nets of the experiment that results are of, of all folders; none where nothing was saved of
// it.
func savedLike(results []transfer.Result) ([]transfer.Result, error) {
	h, err := home.Locate()
	if err != nil {
		return nil, nil // outside of a clone there is nothing saved
	}
	files, err := filepath.Glob(savedFile(h, "*"))
	if err != nil {
		return nil, err
	}
	var like []transfer.Result
	for _, file := range files {
		all, err := saved(h, filepath.Base(filepath.Dir(file)))
		if err != nil {
			return nil, err
		}
		if len(results) > 0 && len(all) > 0 && all[0].Experiment == results[0].Experiment {
			like = append(like, all...)
		}
	}
	return like, nil
}

func savedFile(h home.Home, name string) string {
	return filepath.Join(h.Root, "notebooks", "results", name, "nets.jsonl")
}

// savedAs finds the saved results that hold all of a stamp's nets, with the numbers that it was made of.
func (s Stamp) savedAs(h home.Home) (bool, error) {
	files, err := filepath.Glob(savedFile(h, "*"))
	if err != nil {
		return false, err
	}
	for _, file := range files {
		results, err := saved(h, filepath.Base(filepath.Dir(file)))
		if err != nil {
			return false, err
		}
		results = slices.DeleteFunc(results,
			func(r transfer.Result) bool { return !slices.Contains(s.Nets, r.Net.String()) })
		if len(results) == len(s.Nets) && results[0].Experiment == s.Experiment && resultsDigest(results) == s.Results {
			return true, nil
		}
	}
	return false, nil
}
