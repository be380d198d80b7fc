package impact

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"homebound/internal/labour"
)

// ReportedLevels turns published stocks into levels for basis REPORTED: each cell's stock on every day from from to
// to, both included, interpolated by Series.At. A day on which a cell's stock is that of the day before has no
// level, and a cell with an empty series has none at all. Levels come in the order of days, then of cells; the
// error is always nil.
func ReportedLevels(series map[Cell]labour.Series, from, to labour.Date) iter.Seq2[Level, error] {
	return func(yield func(Level, error) bool) {
		cells := slices.SortedFunc(maps.Keys(series), compareCells)
		cells = slices.DeleteFunc(cells, func(c Cell) bool { return len(series[c]) == 0 })
		last := from
		for _, c := range cells {
			last = max(last, series[c][len(series[c])-1].On)
		}
		before := make([]float64, len(cells))
		for day := from; day <= min(to, last); day++ { // flat beyond the last stock
			for i, c := range cells {
				stock, _ := series[c].At(day)
				if day > from && stock == before[i] {
					continue
				}
				before[i] = stock
				if !yield(Level{On: day, Cell: c, Workers: stock}, nil) {
					return
				}
			}
		}
	}
}

func compareCells(a, b Cell) int {
	return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Industry, b.Industry))
}
