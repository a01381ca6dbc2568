package probe_test

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"coadapt/transfer/probe"
)

// Six pictures of two classes: what y shares with x is the classes alone.
func Example() {
	labels := []int{0, 0, 0, 1, 1, 1}
	x := mat.NewDense(6, 2, []float64{0, 1, 0, 2, 0, 3, 5, 1, 5, 2, 5, 3})
	y := mat.NewDense(6, 2, []float64{0, 0, 0, 1, 0, 0, 5, 0, 5, 1, 5, 0})
	all, err := probe.UnbiasedCKA(x, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	within, err := probe.WithinClassCKA(x, y, labels)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("CKA %.2f, within classes %.2f\n", all, within)
	accuracy, err := probe.KNN(x, labels, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("nearest neighbours are right for %.0f %% of the pictures\n", 100*accuracy)
	// Output:
	// CKA 0.99, within classes -0.11
	// nearest neighbours are right for 100 % of the pictures
}
