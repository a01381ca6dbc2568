package train_test

import (
	"fmt"

	"coadapt/gomlxnet/train"
)

// The schedule of the paper's nets.
func ExampleSchedule_Rate() {
	s := train.Schedule{Policy: train.Step, Base: 0.01, Gamma: 0.1, Every: 100000}
	for _, iter := range []int{0, 99999, 100000, 449999} {
		fmt.Printf("%6d %.0e\n", iter, s.Rate(iter))
	}
	// Output:
	//      0 1e-02
	//  99999 1e-02
	// 100000 1e-03
	// 449999 1e-06
}
