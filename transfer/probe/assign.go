package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Assign gives each row of a square matrix a column of its own, so that the sum of the values taken is the largest
// there is: the linear assignment problem, by shortest augmenting paths (Jonker and Volgenant 1987, A Shortest
// Augmenting Path Algorithm for Dense and Sparse Linear Assignment Problems), in time that grows with the cube of the
// rows. It fails for a matrix that is not square and for values that are not finite.
func Assign(worth *mat.Dense) ([]int, error) {
	n, m := worth.Dims()
	if n != m {
		return nil, fmt.Errorf("an assignment in a matrix of [%d, %d]: want as many columns as rows", n, m)
	}
	for i := range n {
		for j, v := range worth.RawRowView(i) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("an assignment: row %d has %v in column %d, want finite numbers", i, v, j)
			}
		}
	}
	// Row and column prices; column 0 and row 0 are none.
	row, column := make([]float64, n+1), make([]float64, n+1)
	owner, from := make([]int, n+1), make([]int, n+1) // of a column: its row, and the column before it on the path
	for i := 1; i <= n; i++ {
		owner[0] = i
		at := 0
		least, used := make([]float64, n+1), make([]bool, n+1)
		for j := range least {
			least[j] = math.Inf(1)
		}
		for owner[at] != 0 {
			used[at] = true
			k, step, next := owner[at], math.Inf(1), 0
			for j := 1; j <= n; j++ {
				if used[j] {
					continue
				}
				if d := -worth.At(k-1, j-1) - row[k] - column[j]; d < least[j] {
					least[j], from[j] = d, at
				}
				if least[j] < step {
					step, next = least[j], j
				}
			}
			for j := range n + 1 {
				if used[j] {
					row[owner[j]] += step
					column[j] -= step
				} else {
					least[j] -= step
				}
			}
			at = next
		}
		for at != 0 {
			owner[at] = owner[from[at]]
			at = from[at]
		}
	}
	taken := make([]int, n)
	for j := 1; j <= n; j++ {
		taken[owner[j]-1] = j - 1
	}
	return taken, nil
}
