package impact_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

// BenchmarkCompute is the largest question expected: a country of 85 subjects by 20 industries over 3,000 days, with
// changes on every one of them.
func BenchmarkCompute(b *testing.B) {
	const subjects, industries, days, changesADay = 85, 20, 3000, 50
	r := rand.New(rand.NewPCG(1, 1))
	s := scenario("X", "2015-01-01", "2015-01-01")
	s.To = s.From + days - 1
	regions := []labour.Region{{Code: "X", Kind: labour.KindCountry}}
	var memberships []labour.Membership
	var observations []labour.Observation
	var cells []impact.Cell
	for i := range subjects {
		code := fmt.Sprintf("S%02d", i)
		regions = append(regions, labour.Region{Code: code, Kind: labour.KindSubject})
		memberships = append(memberships, labour.Membership{Code: code, Parent: "X"})
		for year := 2013; year <= 2021; year++ {
			observations = append(observations, grp(code, year, 1000), employed(code, year, 10), yearly("AVG_WAGE", code, "", year, 30_000, "RUB"))
		}
		for j := range industries {
			cells = append(cells, impact.Cell{Region: code, Industry: string(rune('A' + j))})
		}
	}
	var list []impact.Level
	for _, c := range cells {
		list = append(list, impact.Level{On: s.Baseline, Cell: c, Workers: 100})
	}
	for on := s.Baseline + 1; on <= s.To; on++ {
		for range changesADay {
			list = append(list, impact.Level{On: on, Cell: cells[r.IntN(len(cells))], Workers: float64(r.IntN(100))})
		}
	}
	f := impact.Facts{Currency: "RUB", Geography: labour.NewGeography(regions, memberships), Observations: observations, Levels: levels(list...), Parameters: identity()}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := impact.Compute(context.Background(), s, f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTimelineByDay(b *testing.B) {
	s := scenario("X", "2015-01-01", "2023-12-31")
	s.Basis = labour.Reported
	f := facts([]labour.Observation{grp("X", 2018, 1000), employed("X", 2018, 10)})
	f.Levels = impact.ReportedLevels(published(), s.Baseline, s.To)
	r, err := impact.Compute(context.Background(), s, f)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r.Timeline(labour.Day)
	}
}
