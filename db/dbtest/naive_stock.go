package dbtest

import (
	"cmp"
	"slices"
	"strings"

	"homebound/db"
	"homebound/internal/labour"
)

// cell is a region and an industry.
type cell struct{ region, industry string }

func (n *Naive) stockOf(f db.StockFilter) register {
	filter := db.ReportFilter{Nationalities: f.Nationalities}
	if f.Within != "" {
		filter.Within = []string{f.Within}
	}
	return n.filter(filter, f.BoundariesOn)
}

// StockOn returns the workers present on a day, by region and industry, and together.
func (n *Naive) StockOn(f db.StockFilter, d labour.Date) (cells map[cell]int, sum int) {
	reg := n.stockOf(f)
	cells = map[cell]int{}
	for _, p := range reg.permits {
		workers := present(p.permit, reg.under[p.id], d)
		cells[cell{p.region, p.industry}] += workers
		sum += workers
	}
	return cells, sum
}

// Departed sums the workers repatriated in a period by outcome.
func (n *Naive) Departed(f db.StockFilter, p labour.Period) map[labour.Outcome]int {
	workers := map[labour.Outcome]int{}
	for _, r := range n.stockOf(f).departures {
		if p.Contains(r.departure.Date) {
			workers[r.departure.Outcome] += r.departure.Workers
		}
	}
	return workers
}

// DepartedWages returns the wages of the permits with fewer workers present on the last day of a period than on its
// first, weighted by the difference, by region and industry in order.
func (n *Naive) DepartedWages(f db.StockFilter, p labour.Period) []db.DepartedWage {
	reg := n.stockOf(f)
	paid, weighed := map[cell]float64{}, map[cell]float64{}
	for _, row := range reg.permits {
		fall := float64(present(row.permit, reg.under[row.id], p.From) - present(row.permit, reg.under[row.id], p.To))
		year := row.permit.IssuedOn
		if !year.Known() {
			year = row.permit.ValidFrom
		}
		rate, known := n.rate(row.permit.WageCurrency, n.moneyOf(row.region), year.Year())
		if fall > 0 && known && row.permit.WageMonthly != nil {
			at := cell{row.region, row.industry}
			paid[at] += fall * *row.permit.WageMonthly * rate
			weighed[at] += fall
		}
	}
	var wages []db.DepartedWage
	for at := range paid {
		wages = append(wages, db.DepartedWage{Region: at.region, Industry: at.industry, Monthly: paid[at] / weighed[at]})
	}
	slices.SortFunc(wages, func(a, b db.DepartedWage) int {
		return cmp.Or(strings.Compare(a.Region, b.Region), strings.Compare(a.Industry, b.Industry))
	})
	return wages
}
