package dbtest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"homebound/db"
	"homebound/internal/labour"
)

// Naive computes every figure a second time: day by day and row by row, from the definitions alone. It is slow, plain,
// and shares nothing with an engine.
type Naive struct {
	content    Content
	employers  map[string]labour.Employer
	permits    []fact // every permit
	departures []fact // every repatriation
}

// fact is a register row with the industry that counts.
type fact struct {
	id, region, nationality, industry, employer, source string
	synthetic                                           bool
	permit                                              *labour.Permit       // of a permit
	departure                                           *labour.Repatriation // of a repatriation
}

// NewNaive takes in the content of a release.
func NewNaive(c Content) *Naive {
	n := &Naive{content: c, employers: map[string]labour.Employer{}}
	for _, e := range c.Employers {
		n.employers[e.ID] = e
	}
	industryOf := map[string]string{}
	for _, p := range c.Permits {
		industryOf[p.ID] = cmp.Or(p.Industry, n.employers[p.Employer].Industry)
		n.permits = append(n.permits, fact{p.ID, p.Region, p.Nationality, industryOf[p.ID], p.Employer, p.Source, p.Synthetic, &p, nil})
	}
	for _, r := range c.Repatriations {
		industry := cmp.Or(industryOf[r.Permit], n.employers[r.Employer].Industry)
		n.departures = append(n.departures, fact{r.ID, r.Region, r.Nationality, industry, r.Employer, r.Source, r.Synthetic, nil, &r})
	}
	return n
}

// Span returns the first and the last day of the data, and whether there is any.
func (n *Naive) Span() (labour.Period, bool) {
	var days []labour.Date
	for _, p := range n.content.Permits {
		for _, d := range []labour.Date{p.IssuedOn, p.ValidFrom} {
			if d.Known() {
				days = append(days, d)
			}
		}
		if p.RevokedOn != nil {
			days = append(days, *p.RevokedOn)
		}
	}
	for _, r := range n.content.Repatriations {
		days = append(days, r.Date)
	}
	if days == nil {
		for _, o := range n.content.Observations {
			days = append(days, o.From, o.To)
		}
	}
	if days == nil {
		return labour.Period{}, false
	}
	span := labour.Period{From: slices.Min(days), To: slices.Max(days)}
	if set := n.content.Settings.DataThrough; set != nil {
		span.To = *set
	}
	return span, true
}

// Period returns the days that a report covers: its range, open ends filled from the data.
func (n *Naive) Period(r db.DateRange) labour.Period {
	p, _ := n.Span()
	if r.From != nil {
		p.From = *r.From
	}
	if r.To != nil {
		p.To = *r.To
	}
	return p
}

// boundaries returns the day whose boundaries count: the one that is asked for, else the last day of the release.
func (n *Naive) boundaries(on *labour.Date) labour.Date {
	if on != nil {
		return *on
	}
	span, _ := n.Span()
	return span.To
}

// parent returns the region that a region belongs to on a day, or "".
func (n *Naive) parent(code string, on labour.Date) string {
	for _, m := range n.content.Memberships {
		from, to := m.ValidFrom, m.ValidTo
		if m.Code == code && (from == nil || *from <= on) && (to == nil || *to >= on) {
			return m.Parent
		}
	}
	return ""
}

// within reports whether a region is another, or lies in it on a day.
func (n *Naive) within(code, other string, on labour.Date) bool {
	for ; code != ""; code = n.parent(code, on) {
		if code == other {
			return true
		}
	}
	return false
}

// district returns the nearest district from a region upwards on a day, or "".
func (n *Naive) district(code string, on labour.Date) string {
	for ; code != ""; code = n.parent(code, on) {
		for _, r := range n.content.Regions {
			if r.Code == code && r.Kind == labour.KindDistrict {
				return code
			}
		}
	}
	return ""
}

// present returns the workers of a permit who are there on a day; only those of the repatriations listed are gone.
func present(p *labour.Permit, repatriations []*labour.Repatriation, d labour.Date) int {
	if !inForce(p, d) {
		return 0
	}
	left := p.Workers
	for _, r := range repatriations {
		if r.Date <= d {
			left -= r.Workers
		}
	}
	return max(0, left)
}

// inForce reports whether a permit is in force on a day: started, not run out, and not revoked by that day.
func inForce(p *labour.Permit, d labour.Date) bool {
	return p.ValidFrom.Known() && p.ValidFrom <= d && d <= p.ValidTo && (p.RevokedOn == nil || d < *p.RevokedOn)
}

// inForceIn reports whether a permit is in force on some day of a period.
func inForceIn(p *labour.Permit, in labour.Period) bool {
	if !p.ValidFrom.Known() {
		return false
	}
	for d := max(in.From, p.ValidFrom); d <= min(in.To, p.ValidTo); d++ {
		if inForce(p, d) {
			return true
		}
	}
	return false
}

// rate returns units of one currency, "" for the release's, for one of another, on average over a year, and whether it is
// known: as observed, the other way round, or through a third.
func (n *Naive) rate(currency, into string, year int) (float64, bool) {
	if into = cmp.Or(into, n.content.Settings.Currency, "RUB"); currency == into {
		return 1, true
	}
	if rate := n.observed(currency, into, year); rate != 0 {
		return rate, true
	}
	for _, third := range []string{"KPW", "RUB", "USD"} {
		if rate := n.observed(currency, third, year) * n.observed(third, into, year); rate != 0 {
			return rate, true
		}
	}
	return 0, false
}

// observed is the rate that an observation has, in either direction, or 0.
func (n *Naive) observed(currency, into string, year int) float64 {
	inverse := 0.0
	for _, o := range n.content.Observations {
		if labour.YearPeriod(year) != (labour.Period{From: o.From, To: o.To}) || o.Status == labour.StatusMissing {
			continue
		}
		switch o.Indicator {
		case "FX_" + into + "_PER_" + currency:
			return o.Value
		case "FX_" + currency + "_PER_" + into:
			inverse = 1 / o.Value
		}
	}
	return inverse
}

// moneyOf is the currency of a region of the worlds here: roubles in Russia, meticais in Mozambique, else the release's.
func (n *Naive) moneyOf(region string) string {
	switch {
	case strings.HasPrefix(region, "RU"):
		return "RUB"
	case region == "MZ":
		return "MZN"
	}
	for _, m := range n.content.Memberships {
		if m.Code == region && m.ValidTo == nil {
			return n.moneyOf(m.Parent)
		}
	}
	return ""
}

// register is what a filter leaves of the register.
type register struct {
	permits    []fact
	departures []fact
	under      map[string][]*labour.Repatriation // by permit, whatever the filter says of a repatriation: whoever left is gone
}

// filter narrows the register to the rows that a report counts.
func (n *Naive) filter(f db.ReportFilter, boundaries labour.Date, groupBy ...labour.Dimension) register {
	reg := register{under: map[string][]*labour.Repatriation{}}
	keep := func(row fact) bool {
		return n.meets(f, row, true, func(f db.ReportFilter, row fact, asked bool) bool {
			return n.inside(f, row, boundaries) && anyOf(f.Industries, row.industry) &&
				anyOf(f.Nationalities, row.nationality) && anyOf(f.Employers, row.employer) &&
				(f.Synthetic == nil || *f.Synthetic == row.synthetic) && (f.NotSource == "" || row.source != f.NotSource) &&
				(row.departure == nil && (len(f.Outcomes) == 0 || asked) || row.departure != nil && anyOf(f.Outcomes, row.departure.Outcome)) &&
				n.found(f.Search, row, boundaries, slices.Contains(groupBy, labour.ByDistrict))
		})
	}
	for _, p := range n.permits {
		if keep(p) {
			reg.permits = append(reg.permits, p)
		}
	}
	for _, r := range n.departures {
		if keep(r) {
			reg.departures = append(reg.departures, r)
		}
		reg.under[r.departure.Permit] = append(reg.under[r.departure.Permit], r.departure)
	}
	return reg
}

// meets reports whether a row meets a filter and those within it; own says so of one by itself, and whether it is asked for
// or what it stands in is negated.
func (n *Naive) meets(f db.ReportFilter, row fact, asked bool, own func(f db.ReportFilter, row fact, asked bool) bool) bool {
	yes := own(f, row, asked)
	for _, one := range f.Nested.And {
		yes = n.meets(one, row, asked, own) && yes
	}
	if f.Nested.Or != nil {
		any := false
		for _, one := range f.Nested.Or {
			any = n.meets(one, row, asked, own) || any
		}
		yes = yes && any
	}
	if f.Nested.Not != nil {
		yes = yes && !n.meets(*f.Nested.Not, row, !asked, own)
	}
	return yes
}

func (n *Naive) inside(f db.ReportFilter, row fact, boundaries labour.Date) bool {
	for _, code := range f.Within {
		if !n.within(row.region, code, boundaries) {
			return false
		}
	}
	return true
}

// found reports whether a name of a row has every word of a search.
func (n *Naive) found(search string, row fact, boundaries labour.Date, byDistrict bool) bool {
	plain := func(text string) string {
		return strings.NewReplacer("ё", "е", "й", "и").Replace(strings.ToLower(text))
	}
	names := []string{n.employers[row.employer].Name + " " + n.employers[row.employer].TaxID}
	for _, r := range n.content.Regions {
		if r.Code == row.region || byDistrict && r.Code == n.district(row.region, boundaries) {
			names = append(names, r.Code+" "+r.NameEN+" "+r.NameLocal)
		}
	}
	return slices.ContainsFunc(names, func(name string) bool {
		return !slices.ContainsFunc(strings.Fields(plain(search)), func(word string) bool { return !strings.Contains(plain(name), word) })
	})
}

// about reports whether a filter may be about rows of a place, or of a nationality, as far as it tells by these alone: what
// else it demands, some rows are taken to meet and others not.
func (n *Naive) about(f db.ReportFilter, row fact, by labour.Dimension, boundaries labour.Date) bool {
	possible := func(row fact) bool {
		return n.meets(f, row, true, func(f db.ReportFilter, row fact, asked bool) bool {
			yes := n.inside(f, row, boundaries)
			others := len(f.Nationalities) > 0
			if by == labour.ByNationality {
				yes, others = anyOf(f.Nationalities, row.nationality), len(f.Within) > 0
			}
			others = others || len(f.Industries)+len(f.Employers)+len(f.Outcomes) > 0 || f.Synthetic != nil || f.NotSource != ""
			if f.Search != "" && by == labour.ByRegion && !slices.ContainsFunc(n.content.Employers, func(e labour.Employer) bool {
				return n.found(f.Search, fact{employer: e.ID}, boundaries, false)
			}) { // of regions alone
				yes = yes && n.found(f.Search, fact{region: row.region}, boundaries, false)
			} else {
				others = others || f.Search != ""
			}
			return yes && (asked || !others)
		})
	}
	if by == labour.ByNationality {
		if all := n.anyOrigin(possible); !all {
			return anyOf(f.Nationalities, row.nationality)
		}
		return possible(row)
	}
	for _, r := range append([]labour.Region{{}}, n.content.Regions...) {
		if possible(fact{region: r.Code}) {
			return possible(row)
		}
	}
	return n.inside(f, row, boundaries) // no region meets those within it: rows of all are left out
}

func (n *Naive) anyOrigin(possible func(fact) bool) bool {
	for _, c := range append([]labour.Country{{}}, n.content.Countries...) {
		if possible(fact{nationality: c.Code}) {
			return true
		}
	}
	return false
}

// anyOf reports whether a value is listed; an empty list lets all through.
func anyOf[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

// Availability lists what has rows that are issued, in force or repatriated in the filter's period.
func (n *Naive) Availability(f db.ReportFilter, boundariesOn *labour.Date) db.Availability {
	period := n.Period(f.Period)
	boundaries := n.boundaries(boundariesOn)
	reg := n.filter(f, boundaries)
	regions, districts, industries, nationalities := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	outcomes := map[labour.Outcome]bool{}
	var a db.Availability
	for d := period.From; d <= period.To; d++ {
		for _, row := range slices.Concat(reg.permits, reg.departures) {
			if row.permit != nil && row.permit.IssuedOn != d && !inForce(row.permit, d) || row.departure != nil && row.departure.Date != d {
				continue
			}
			regions[row.region], industries[row.industry], nationalities[row.nationality] = true, true, true
			districts[n.district(row.region, boundaries)] = true
			if row.departure != nil {
				outcomes[row.departure.Outcome] = true
			}
			if a.From == nil {
				a.From = Some(d)
			}
			a.To = Some(d)
		}
	}
	a.Regions, a.Districts, a.Industries, a.Nationalities = known(regions), known(districts), known(industries), known(nationalities)
	for _, o := range labour.Outcomes {
		if outcomes[o] {
			a.Outcomes = append(a.Outcomes, o)
		}
	}
	return a
}

// known lists the values in order, without "".
func known(set map[string]bool) []string {
	delete(set, "")
	return slices.Sorted(maps.Keys(set))
}
