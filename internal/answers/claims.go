package answers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"homebound/db"
	"homebound/internal/answers/evidence"
	"homebound/internal/folding"
	"homebound/internal/labour"
)

// ClaimFilter says which claims are wanted. What is left out narrows nothing.
type ClaimFilter struct {
	Topics  []string
	Speaker string  // a part of the speaker's name; case does not matter
	Region  *string // code; claims about it and about everything within it
	// BoundariesOn is the day whose regional boundaries count; nil for the release's last day.
	BoundariesOn  *labour.Date
	Industries    []string
	Nationalities []string
	Verdicts      []labour.Verdict           // of the check; claims without one are left out
	Search        string                     // words that a claim has in any order; case and accents do not matter
	Made          db.DateRange               // the days of speaking; claims whose day is not known are left out
	MadeOn        db.Comparison[labour.Date] // the day of speaking
	ValueLow      db.Comparison[float64]
	ValueHigh     db.Comparison[float64]
	Units         []string
	Nested        db.Nested[ClaimFilter]
}

// nested lists the filters within one, each on the boundaries of this one where it has none of its own.
func (f ClaimFilter) nested() db.Nested[ClaimFilter] {
	return db.Inherit(f.Nested, func(inner *ClaimFilter) {
		inner.BoundariesOn = cmp.Or(inner.BoundariesOn, f.BoundariesOn)
	})
}

// ClaimOrder sorts claims; the id decides between equals.
type ClaimOrder struct {
	Field      ClaimOrderField
	Descending bool
}

// ClaimOrderField is what claims are sorted by.
type ClaimOrderField string

const (
	ClaimByID      ClaimOrderField = "ID"
	ClaimByMadeOn  ClaimOrderField = "MADE_ON" // those whose day is not known come last
	ClaimBySpeaker ClaimOrderField = "SPEAKER"
)

// FindClaims returns the claims that a filter keeps, in an order. It returns a Fault, NOT_FOUND, for a region, an industry
// or a country that there is not.
func FindClaims(ctx context.Context, release *db.Release, f ClaimFilter, order ClaimOrder) ([]labour.Claim, error) {
	claims, err := release.Claims(ctx)
	if err != nil {
		return nil, err
	}
	verdictOf, err := verdicts(ctx, release, claims, f)
	if err != nil {
		return nil, err
	}
	kept, err := db.Matches(f, ClaimFilter.nested, func(f ClaimFilter) (func(*labour.Claim) bool, error) {
		return f.own(release, verdictOf)
	})
	if err != nil {
		return nil, err
	}
	claims = slices.DeleteFunc(claims, func(c labour.Claim) bool { return !kept(&c) })
	slices.SortStableFunc(claims, order.compare)
	return claims, nil
}

// own returns what the filter demands of a claim, but for the filters within it.
func (f ClaimFilter) own(release *db.Release, verdictOf map[string]labour.Verdict) (func(*labour.Claim) bool, error) {
	var within []string
	if f.Region != nil {
		if _, err := release.Region(*f.Region); err != nil {
			return nil, err
		}
		within = release.Geography().Within(*f.Region, release.LastDay(f.BoundariesOn))
	}
	if err := f.namesKnown(release); err != nil {
		return nil, err
	}
	speaker, words := strings.ToLower(f.Speaker), folding.Words(f.Search)
	oneOf := func(list []string, value string) bool { return list == nil || slices.Contains(list, value) }
	return func(c *labour.Claim) bool {
		return oneOf(f.Topics, c.Topic) && oneOf(f.Industries, c.Industry) && oneOf(f.Nationalities, c.Nationality) &&
			oneOf(f.Units, c.Unit) && (f.Region == nil || slices.Contains(within, c.Region)) &&
			strings.Contains(strings.ToLower(c.Speaker), speaker) && f.Made.Holds(c.MadeOn) &&
			f.MadeOn.HoldsKnown(c.MadeOn) && f.ValueLow.HoldsKnown(c.ValueLow) && f.ValueHigh.HoldsKnown(c.ValueHigh) &&
			(f.Verdicts == nil || slices.Contains(f.Verdicts, verdictOf[c.ID])) &&
			folding.HasWords(folding.Fold(strings.Join(
				[]string{c.ID, c.Statement, c.Speaker, c.SpeakerRole, c.Topic, c.Note}, " ")), words)
	}, nil
}

// namesKnown returns a Fault for an industry or a country that the release does not have.
func (f ClaimFilter) namesKnown(release *db.Release) error {
	for _, code := range f.Industries {
		if _, err := release.Industry(code); err != nil {
			return err
		}
	}
	for _, code := range f.Nationalities {
		if _, err := release.Country(code); err != nil {
			return err
		}
	}
	return nil
}

func (o ClaimOrder) compare(a, b labour.Claim) int {
	result := 0
	switch o.Field {
	case ClaimByMadeOn:
		if a.MadeOn == nil || b.MadeOn == nil {
			if a.MadeOn != b.MadeOn { // one of them is unknown, and comes last either way
				return map[bool]int{true: 1, false: -1}[a.MadeOn == nil]
			}
		} else {
			result = a.MadeOn.Sub(*b.MadeOn)
		}
	case ClaimBySpeaker:
		result = cmp.Compare(a.Speaker, b.Speaker)
	}
	if result = cmp.Or(result, cmp.Compare(a.ID, b.ID)); o.Descending {
		return -result
	}
	return result
}

// verdicts returns what the check of each claim comes to, by its id, where a filter or one within it asks for verdicts: claims
// without a check have none.
func verdicts(ctx context.Context, release *db.Release, claims []labour.Claim, f ClaimFilter) (
	map[string]labour.Verdict, error) {
	asked, err := db.FoldFilter(f, ClaimFilter.nested, func(f ClaimFilter, _ int) (bool, error) {
		return f.Verdicts != nil, nil
	}, func(own bool, within db.Nested[bool]) bool {
		return own || slices.Contains(within.And, true) || slices.Contains(within.Or, true) || within.Not != nil && *within.Not
	})
	if err != nil || !asked {
		return nil, err
	}
	pointers := make([]*labour.Claim, len(claims))
	for i := range claims {
		pointers[i] = &claims[i]
	}
	checks, err := Claims(ctx, release, pointers)
	if err != nil {
		return nil, err
	}
	verdictOf := map[string]labour.Verdict{}
	for i, check := range checks {
		if check != nil {
			verdictOf[claims[i].ID] = check.Verdict
		}
	}
	return verdictOf, nil
}

// Claims holds each claim that can be checked against the evidence of a release: nil for the others. What decides is
// package evidence; this gathers what it decides by, once for all claims.
func Claims(ctx context.Context, release *db.Release, claims []*labour.Claim) ([]*evidence.Check, error) {
	all, err := release.Claims(ctx)
	if err != nil {
		return nil, err
	}
	currency := release.Info().Currency
	observations, err := release.Observations(ctx, db.ObservationFilter{
		Indicators: KnownIndicators(release, evidence.Indicators(all, currency)...),
	})
	if err != nil {
		return nil, err
	}
	world := evidence.New(observations, all, release.Geography().Within, wordsOf(release))
	checks := make([]*evidence.Check, len(claims))
	for i, claim := range claims {
		if !evidence.Checkable(*claim) {
			continue
		}
		figures, err := registerFigures(ctx, release, *claim)
		if err != nil {
			return nil, fmt.Errorf("check claim %s: %w", claim.ID, err)
		}
		if check, ok := world.Decide(*claim, figures); ok {
			check.Evidence = evidence.Sorted(check.Evidence)
			checks[i] = &check
		}
	}
	return checks, nil
}

// wordsOf names a release's codes to readers: a source by who published it.
func wordsOf(release *db.Release) evidence.Words {
	return evidence.Words{
		Source: func(id string) string {
			s, _ := release.Source(id)
			if s.Kind == labour.Synthetic {
				return "the synthetic register, which is made up,"
			}
			return cmp.Or(s.Publisher, s.Title)
		},
		Region: func(code string) string {
			r, _ := release.Region(code)
			return r.NameEN
		},
		Country: func(code string) string {
			c, _ := release.Country(code)
			return c.Name
		},
	}
}

// registerFigures computes what the register's rows that are not synthetic say of a claim's quantity: once, or for each
// year of a claim that is of every year. There is none where no source of such rows touches it.
func registerFigures(ctx context.Context, release *db.Release, c labour.Claim) ([]evidence.Figure, error) {
	if !release.Info().Factual || c.Measure == "" {
		return nil, nil
	}
	period := claimPeriod(release, c)
	whole := labour.Period{From: *period.From, To: *period.To}
	periods := []labour.Period{whole}
	if c.Per == labour.PerYear {
		periods = whole.Split(labour.Year)
	}
	var figures []evidence.Figure
	for _, p := range periods {
		figure, err := registerFigure(ctx, release, c, p, whole.To)
		if err != nil {
			return nil, err
		}
		if figure != nil {
			figures = append(figures, *figure)
		}
	}
	return figures, nil
}

// registerFigure returns the register's figure of a period on the boundaries of a day, the claim's last one.
func registerFigure(ctx context.Context, release *db.Release, c labour.Claim, p labour.Period,
	boundaries labour.Date) (*evidence.Figure, error) {
	rep, err := release.Ask(ctx, db.ReportQuery{
		Filter: db.ReportFilter{Within: named(c.Region), Industries: named(c.Industry), Nationalities: named(c.Nationality),
			Period: db.DateRange{From: &p.From, To: &p.To}, Synthetic: new(false)},
		BoundariesOn: &boundaries,
		Measures:     []labour.Measure{c.Measure},
	})
	if err != nil || rep.Coverage() == labour.NotAtAll {
		return nil, err
	}
	totals, err := rep.Totals(ctx, rep.Query.Measures)
	if err != nil {
		return nil, err
	}
	value, has := totals.Of(c.Measure)
	if !has {
		return nil, nil
	}
	info, _ := c.Measure.Info()
	figure := &evidence.Figure{Period: p, Value: value, Unit: info.Unit, Covered: totals.Coverage,
		Sources: rep.Reaching(), Query: reportQuery(c, p, boundaries)}
	if rep.Perturbed() {
		figure.Within = maskedWithin(release, c.Measure, value, totals.Days)
	}
	return figure, nil
}

// standardErrors is how many of them a claim is given: a figure is further off in fewer than 1 of 10,000 cases.
const standardErrors = 4

// maskedWithin returns by how much a figure of masked rows may differ from the register's, in the measure's unit.
func maskedWithin(release *db.Release, m labour.Measure, figure float64, days int) float64 {
	switch m {
	case labour.WorkerDays: // of so many workers on each day, all of whose masks may lie on one side
		mean := figure / float64(max(1, days))
		return standardErrors * release.StandardError(mean) * float64(max(1, days))
	case labour.AverageMonthlyWage: // masked wages of masked workers, of at least as many as are protected
		return figure * wageWithin
	}
	return standardErrors * release.StandardError(figure)
}

// wageWithin is by which part a mean of masked wages may be off: each is, by up to 15 per cent.
const wageWithin = 0.15

// claimPeriod returns the days that a claim is about. One that names no first day is about its last, but for a peak and
// for every year, which are of all days up to it that the release has.
func claimPeriod(release *db.Release, c labour.Claim) db.DateRange {
	last := release.LastDay(cmp.Or(c.To, c.From, c.MadeOn))
	first := last
	if c.From != nil {
		first = *c.From
	} else if from := release.Info().DataFrom; from != nil && *from < last &&
		(c.Measure == labour.PeakWorkersPresent || c.Per == labour.PerYear) {
		first = *from
	}
	return db.DateRange{From: &first, To: &last}
}

// reportQuery writes the report that computes a claim's measure over a period.
func reportQuery(c labour.Claim, p labour.Period, boundaries labour.Date) string {
	info, _ := c.Measure.Info()
	var filters []string
	if c.Region != "" {
		filters = append(filters, fmt.Sprintf("within: %q", c.Region))
	}
	if c.Industry != "" {
		filters = append(filters, fmt.Sprintf("industries: [%q]", c.Industry))
	}
	if c.Nationality != "" {
		filters = append(filters, fmt.Sprintf("nationalities: [%q]", c.Nationality))
	}
	filters = append(filters, "synthetic: false", fmt.Sprintf("period: {from: %q, to: %q}", p.From, p.To))
	return fmt.Sprintf("{ report(filter: {%s}, boundariesOn: %q) { totals { %s coverage } provenance { sources { title } } } }",
		strings.Join(filters, ", "), boundaries, info.Field)
}
