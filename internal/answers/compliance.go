package answers

import (
	"cmp"
	"context"
	"slices"

	"homebound/db"
	"homebound/internal/impact"
	"homebound/internal/labour"
)

// Compliance is how far a sanction's order to send workers home has been followed.
type Compliance struct {
	Sanction  labour.Sanction
	Region    string // region code, "" for everywhere
	AsOf      labour.Date
	Basis     labour.Basis
	Perturbed bool // whether masked rows of the register took part

	BaselineWorkers     *float64
	Repatriated         *float64
	ProtectedOrExempt   *float64
	Remaining           *float64
	Progress            float64 // 1 less Remaining over BaselineWorkers
	HalfwayMet          *bool   // nil until 12 months after adoption
	DaysToDeadline      int     // negative past it
	RequiredMonthlyPace *float64
	RecentMonthlyPace   *float64
	ProjectedCompletion *labour.Date // nil where numbers do not fall
	Status              labour.ComplianceStatus

	Reported []labour.Observation
}

// ComplianceQuestion asks how far a sanction has been followed.
type ComplianceQuestion struct {
	Sanction string       // symbol
	Region   string       // code, "" for everywhere
	AsOf     *labour.Date // nil for the last day of the release
	Basis    labour.Basis
}

// Judge answers how far a sanction has been followed. It returns a Fault: NOT_FOUND for a sanction or region that there
// is not and where no stock is known, BAD_USER_INPUT for a sanction without a deadline and a day before its adoption.
func Judge(ctx context.Context, release *db.Release, q ComplianceQuestion) (*Compliance, error) {
	region, basis := q.Region, q.Basis
	sanction, err := release.Sanction(q.Sanction)
	if err != nil {
		return nil, err
	}
	if sanction.Deadline == nil {
		return nil, labour.Faultf(labour.BadUserInput,
			"compliance: expected a sanction with a deadline, found %s, which sets none.", sanction.Symbol)
	}
	if region != "" {
		if _, err := release.Region(region); err != nil {
			return nil, err
		}
	}
	day := release.LastDay(q.AsOf)
	if day < sanction.AdoptedOn {
		return nil, labour.Faultf(labour.BadUserInput,
			"asOf: expected a day from the adoption of %s on, %s, found %s.", sanction.Symbol, sanction.AdoptedOn, day)
	}
	c := &Compliance{Sanction: sanction, Region: region, AsOf: day, Basis: basis, Perturbed: perturbed(release, basis)}
	stocks, known, err := sanctionStocks(ctx, release, sanction, region, day, basis)
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, labour.Faultf(labour.NotFound,
			"compliance: expected a stock of workers to judge %s by, found none on basis %s%s.", sanction.Symbol,
			basis, inRegion(region))
	}
	verdict := sanction.Comply(day, stocks)
	c.Progress, c.DaysToDeadline, c.Status = verdict.Progress, verdict.DaysToDeadline, verdict.Status
	c.BaselineWorkers, c.Remaining = &stocks.Baseline, &stocks.Remaining
	c.HalfwayMet, c.RequiredMonthlyPace, c.RecentMonthlyPace = verdict.HalfwayMet, verdict.RequiredMonthlyPace, &verdict.RecentMonthlyPace
	c.ProjectedCompletion = verdict.ProjectedCompletion
	if basis == labour.Register {
		departed, _, err := release.Departed(ctx,
			db.StockFilter{Within: region, BoundariesOn: day, Nationalities: sanction.Nationalities},
			labour.Period{From: sanction.AdoptedOn, To: day})
		if err != nil {
			return nil, err
		}
		var repatriated, others float64
		for outcome, workers := range departed {
			if outcome.Repatriates() {
				repatriated += float64(workers)
			} else {
				others += float64(workers)
			}
		}
		c.Repatriated, c.ProtectedOrExempt = &repatriated, &others
	}
	c.Reported, err = publiclyReported(ctx, release, sanction, region, day)
	return c, err
}

func inRegion(code string) string {
	if code == "" {
		return ""
	}
	return " for " + code
}

// judgedOn lists the days whose head counts a sanction is judged by: of its adoption, half-way, of the judgement,
// and of one, two and three months before.
func judgedOn(s labour.Sanction, asOf labour.Date) []labour.Date {
	return []labour.Date{s.AdoptedOn, s.HalfwayDay(), asOf, asOf.AddMonths(-1), asOf.AddMonths(-2), asOf.AddMonths(-3)}
}

// sanctionStocks reads the head counts that a sanction is judged by, and whether any are known.
func sanctionStocks(ctx context.Context, release *db.Release, s labour.Sanction, region string, asOf labour.Date,
	basis labour.Basis) (labour.Stocks, bool, error) {
	days := judgedOn(s, asOf)
	counts := make([]float64, len(days))
	if basis == labour.Reported {
		series, _, err := reportedStock(ctx, release, region, asOf, s.Nationalities)
		if err != nil || len(series) == 0 {
			return labour.Stocks{}, false, err
		}
		for i, day := range days {
			for _, one := range series {
				workers, _ := one.At(day)
				counts[i] += workers
			}
		}
	} else {
		present, _, err := release.StockOn(ctx,
			db.StockFilter{Within: region, BoundariesOn: asOf, Nationalities: s.Nationalities}, days)
		if err != nil {
			return labour.Stocks{}, false, err
		}
		for i, workers := range present {
			counts[i] = float64(workers)
		}
	}
	return labour.Stocks{
		Baseline: counts[0], Halfway: counts[1], Remaining: counts[2], Months: [4]float64(counts[2:6]),
	}, basis == labour.Reported || release.Info().Counts.Permits > 0, nil
}

// reportedStock returns the published stocks of a region by cell, and the observations that they were read from:
// the region's own series where it has one, else those of the uppermost regions within it that have. Of several
// figures for one day the one of highest confidence counts, then of the first source.
func reportedStock(ctx context.Context, release *db.Release, region string, on labour.Date,
	nationalities []string) (map[impact.Cell]labour.Series, []labour.Observation, error) {
	g := release.Geography()
	roots := []string{region}
	if region == "" {
		roots = slices.DeleteFunc(g.Codes(), func(code string) bool { return g.Parent(code, on) != "" })
	}
	observations, err := release.Observations(ctx, db.ObservationFilter{
		Indicators: KnownIndicators(release, labour.WorkersPresentReported), Nationalities: nationalities,
	})
	if err != nil {
		return nil, nil, err
	}
	byRegion := map[string][]labour.Observation{}
	for _, o := range observations {
		if o.Status != labour.StatusMissing {
			byRegion[o.Region] = append(byRegion[o.Region], o)
		}
	}
	series := map[impact.Cell]labour.Series{}
	var used []labour.Observation
	for len(roots) > 0 {
		code := roots[0]
		roots = roots[1:]
		if own, ok := byRegion[code]; ok {
			used = append(used, own...)
			addSeries(series, code, own)
		} else {
			roots = append(roots, g.Children(code, on)...)
		}
	}
	return series, used, nil
}

// addSeries makes a region's observations into series: by industry where all of them are, else of all industries in
// one. Nationalities are added up, each interpolated by itself; where some figures are of all nationalities, these
// count alone.
func addSeries(into map[impact.Cell]labour.Series, region string, observations []labour.Observation) {
	byIndustry := !slices.ContainsFunc(observations, func(o labour.Observation) bool { return o.Industry == "" })
	ofAll := slices.ContainsFunc(observations, func(o labour.Observation) bool { return o.Nationality == "" })
	type key struct{ industry, nationality string }
	single := map[key]labour.Series{}
	observations = slices.DeleteFunc(observations, func(o labour.Observation) bool {
		return o.Status == labour.StatusMissing
	})
	slices.SortStableFunc(observations, func(a, b labour.Observation) int {
		return cmp.Or(int(a.To)-int(b.To), a.Confidence.Rank()-b.Confidence.Rank(), cmp.Compare(a.Source, b.Source))
	})
	days := map[labour.Date]bool{}
	for _, o := range observations {
		if byIndustry == (o.Industry == "") || ofAll && o.Nationality != "" {
			continue
		}
		k := key{o.Industry, o.Nationality}
		if s := single[k]; len(s) == 0 || s[len(s)-1].On != o.To {
			single[k] = append(s, labour.Point{On: o.To, Value: o.Value})
		}
		days[o.To] = true
	}
	var ordered []labour.Date
	for day := range days {
		ordered = append(ordered, day)
	}
	slices.Sort(ordered)
	for k, s := range single {
		cell := impact.Cell{Region: region, Industry: k.industry}
		sum := into[cell]
		if sum == nil {
			for _, day := range ordered {
				sum = append(sum, labour.Point{On: day})
			}
			into[cell] = sum
		}
		for i, day := range ordered {
			workers, _ := s.At(day)
			sum[i].Value += workers
		}
	}
}

// publiclyReported lists what was reported of stocks and departures since adoption, the day asked about included.
func publiclyReported(ctx context.Context, release *db.Release, s labour.Sanction, region string,
	asOf labour.Date) ([]labour.Observation, error) {
	filter := db.ObservationFilter{
		Indicators: KnownIndicators(release, labour.WorkersPresentReported, labour.WorkersPresentEstimate,
			labour.RepatriatedReported),
		Nationalities: s.Nationalities, Span: db.DateRange{From: &s.AdoptedOn, To: &asOf},
	}
	if region != "" {
		filter.Regions = []string{region}
	}
	observations, err := release.Observations(ctx, filter)
	observations = slices.DeleteFunc(observations, func(o labour.Observation) bool {
		return o.Status == labour.StatusMissing
	})
	slices.SortStableFunc(observations, func(a, b labour.Observation) int {
		return cmp.Or(int(a.To)-int(b.To), int(a.From)-int(b.From))
	})
	return observations, err
}
