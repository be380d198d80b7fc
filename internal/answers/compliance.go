package answers

import (
	"cmp"
	"context"
	"slices"

	"homebound/db"
	"homebound/internal/answers/evidence"
	"homebound/internal/labour"
)

// Compliance is how far a sanction has been followed: its order to send workers home, with the figures that it is judged
// by, and each other thing that it asks for.
type Compliance struct {
	Sanction  labour.Sanction
	Region    string // region code, "" for everywhere
	AsOf      labour.Date
	Basis     labour.Basis
	Perturbed bool // whether masked rows of the register took part

	Coverage  labour.Covered // of the stock on AsOf
	Synthetic bool
	evidence.Standing
	Repatriated       *float64
	ProtectedOrExempt *float64
	DaysToDeadline    *int // negative past it; nil where the sanction sets none
	Obligations       []ObligationStanding
	Notices           []Notice

	Reported   []labour.Observation
	Provenance Provenance
}

// ObligationStanding is where somebody stands with one thing that a sanction asks for.
type ObligationStanding struct {
	evidence.Standing
	Obligation labour.Obligation
}

// ComplianceQuestion asks how far a sanction has been followed.
type ComplianceQuestion struct {
	Sanction string       // symbol
	Region   string       // code, "" for everywhere
	AsOf     *labour.Date // nil for the last day of the release
	Basis    labour.Basis
	// Provenance asks for what the figures rest on.
	Provenance bool
}

// Judge answers how far a sanction has been followed. It returns a Fault: NOT_FOUND for a sanction or region that there
// is not and where no stock is known, BAD_USER_INPUT for a sanction of which the data say neither a deadline nor any
// other obligation, and for a day before its adoption.
func Judge(ctx context.Context, release *db.Release, q ComplianceQuestion) (*Compliance, error) {
	sanction, err := release.Sanction(q.Sanction)
	if err != nil {
		return nil, err
	}
	obligations := obligationsOf(release, sanction)
	if len(obligations) == 0 {
		return nil, labour.Faultf(labour.BadUserInput,
			"compliance: expected a sanction with a deadline or another obligation, found %s, which sets none.",
			sanction.Symbol)
	}
	if q.Region != "" {
		if _, err := release.Region(q.Region); err != nil {
			return nil, err
		}
	}
	if q.Basis == labour.Supposed {
		return nil, labour.Faultf(labour.BadUserInput, "basis: expected REGISTER or REPORTED, found SCENARIO, which is of an economic impact alone")
	}
	day := release.LastDay(q.AsOf)
	if day < sanction.AdoptedOn {
		return nil, labour.Faultf(labour.BadUserInput,
			"asOf: expected a day from the adoption of %s on, %s, found %s.", sanction.Symbol, sanction.AdoptedOn, day)
	}
	w, err := watch(ctx, release, sanction, q, day)
	if err != nil {
		return nil, err
	}
	c := &Compliance{Sanction: sanction, Region: q.Region, AsOf: day, Basis: q.Basis,
		Perturbed: perturbed(release, q.Basis), Coverage: w.covered, Synthetic: w.synthetic}
	if sanction.Deadline != nil {
		c.DaysToDeadline = new(sanction.Deadline.Sub(day))
	}
	if w.covered == labour.NotAtAll {
		return nil, labour.Faultf(labour.NotFound, "compliance: %s", w.unknown)
	}
	for i, o := range obligations {
		standing, err := w.judge(ctx, o)
		if err != nil {
			return nil, err
		}
		if i == 0 { // the order to send workers home, where the sanction has one
			c.Standing = standing
		}
		c.Obligations = append(c.Obligations, ObligationStanding{standing, o})
	}
	c.Notices = w.notices(c)
	if q.Basis == labour.Register {
		if err := c.countDepartures(ctx, release); err != nil {
			return nil, err
		}
	}
	if c.Reported, err = publiclyReported(ctx, release, sanction, q.Region, day); err != nil || !q.Provenance {
		return c, err
	}
	found, err := w.provenance(ctx)
	c.Provenance = ProvenanceOf(release, found)
	return c, err
}

// countDepartures counts who has left since adoption, by what became of them.
func (c *Compliance) countDepartures(ctx context.Context, release *db.Release) error {
	departed, _, err := release.Departed(ctx,
		db.StockFilter{Within: c.Region, BoundariesOn: c.AsOf, Nationalities: c.Sanction.Nationalities},
		labour.Period{From: c.Sanction.AdoptedOn, To: c.AsOf})
	if err != nil {
		return err
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
	return nil
}

// obligationsOf lists what a sanction asks for. One of which the data say nothing more asks to send everybody home by
// its deadline.
func obligationsOf(release *db.Release, s labour.Sanction) []labour.Obligation {
	all := release.Obligations(s.Symbol)
	if len(all) > 0 || s.Deadline == nil {
		return all
	}
	return []labour.Obligation{{Symbol: s.Symbol, Paragraph: s.Paragraph, Kind: labour.Repatriate,
		AppliesFrom: s.AdoptedOn, Deadline: s.Deadline, Text: s.Title, Source: s.Source}}
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
