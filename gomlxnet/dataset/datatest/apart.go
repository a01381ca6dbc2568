package datatest

// Apart is the mean and the largest difference of two pictures.
func Apart(a, b []uint8) (mean float64, most int) {
	for i := range a {
		d := int(a[i]) - int(b[i])
		d = max(d, -d)
		mean += float64(d) / float64(len(a))
		most = max(most, d)
	}
	return mean, most
}
