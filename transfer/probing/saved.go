package probing

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// forecastColumns are those of a table of forecasts.
var forecastColumns = []string{"net", "task", "unit", "cut", "name", "value", "reason", "seconds", "reading",
	"accuracy", "training"}

// ReadForecasts reads a table of forecasts with a head, as coadapt forecast writes it. It fails for other columns, and
// names the line of what is no number.
func ReadForecasts(r io.Reader) ([]Forecast, error) {
	lines, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 || !slices.Equal(lines[0], forecastColumns) {
		return nil, fmt.Errorf("no table of forecasts: want the columns %v", forecastColumns)
	}
	var said []Forecast
	for i, l := range lines[1:] {
		f := Forecast{Net: l[0], Task: l[1], Unit: l[2], Name: l[4], Reason: l[6]}
		if f.Cut, err = strconv.Atoi(l[3]); err != nil {
			return nil, fmt.Errorf("line %d: cut %q, want a whole number", i+2, l[3])
		}
		var value float64
		for column, to := range map[int]*float64{5: &value, 7: &f.Seconds, 8: &f.Reading, 9: &f.Accuracy,
			10: &f.Training} {
			if column == 5 && l[5] == "" {
				continue
			}
			if *to, err = strconv.ParseFloat(l[column], 64); err != nil {
				return nil, fmt.Errorf("line %d: %s %q, want a number", i+2, forecastColumns[column], l[column])
			}
		}
		if l[5] != "" {
			f.Value = &value
		}
		said = append(said, f)
	}
	return said, nil
}
