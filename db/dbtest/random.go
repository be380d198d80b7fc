package dbtest

import (
	"fmt"
	"math/rand/v2"

	"homebound/internal/labour"
)

// Random returns the sample world with a register of about size permits and as many repatriations, which hits the
// edges: permits revoked before they start or after their end, valid for one day or none, without an end in sight;
// permits without an employer, or an industry, or a known wage; several repatriations on one day, before the start,
// after the end, without a permit, of more workers than permitted; equal names and days; synthetic rows among the
// others.
func Random(rng *rand.Rand, size int) Content {
	c := Sample()
	d := dice{rng}
	if d.once(5) {
		c.Settings.Currency = "USD"
		c.Observations = append(c.Observations, labour.Observation{Indicator: "FX_USD_PER_RUB", Region: "RU",
			From: labour.YearPeriod(2018).From, To: labour.YearPeriod(2018).To, Value: 0.016, Unit: "USD", Status: labour.StatusNormal, Source: "statistics"})
		c.Indicators = append(c.Indicators, labour.Indicator{Code: "FX_USD_PER_RUB", Name: "US dollars for one rouble", Unit: "USD"})
	}
	for i := range size/4 + 1 {
		c.Employers = append(c.Employers, d.employer(c, fmt.Sprintf("E%03d", i)))
	}
	for i := range size {
		c.Permits = append(c.Permits, d.permit(c, fmt.Sprintf("P%03d", i)))
	}
	for i := range size {
		c.Repatriations = append(c.Repatriations, d.repatriation(c, fmt.Sprintf("R%03d", i)))
	}
	c.Observations = append(c.Observations, d.observations(c, size/2)...)
	return c
}

// dice makes one random choice at a time.
type dice struct{ *rand.Rand }

// once tells, once in n throws, to do something.
func (d dice) once(n int) bool { return d.IntN(n) == 0 }

// between returns a number from low to high, both included.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

func pick[T any](d dice, from []T) T { return from[d.IntN(len(from))] }

// some picks up to n of the values, each at most once.
func some[T any](d dice, n int, from []T) []T {
	var picked []T
	for _, i := range d.Perm(len(from))[:d.between(1, min(n, len(from)))] {
		picked = append(picked, from[i])
	}
	return picked
}

// Days of the random registers lie in Window, many of them on the same few days.
var (
	Window  = labour.Period{From: labour.MustParseDate("2017-10-15"), To: labour.MustParseDate("2019-02-10")}
	popular = []labour.Date{
		labour.MustParseDate("2017-12-22"), labour.MustParseDate("2017-12-31"), labour.MustParseDate("2018-01-01"),
		labour.MustParseDate("2018-02-28"), labour.MustParseDate("2018-11-03"), labour.MustParseDate("2018-11-04"),
	}
)

func (d dice) day() labour.Date {
	if d.once(3) {
		return pick(d, popular)
	}
	return Window.From.AddDays(d.IntN(Window.Days()))
}

var (
	names     = []string{"Amurles", "amurles", "Восток", "восток", "Ёлка", "Елка", "Zarya 100%", "Заря_2", "Acme"}
	sources   = []string{"register", "statistics"}
	places    = []string{"MZ", "RU", "RU-AMU", "RU-BU", "RU-BU", "RU-IRK", "RU-PRI", "RU-PRI", "X-BAIKAL"}
	lettersOf = []string{"", "A", "C", "F", "F"}
)

// provenance says where a row comes from, and whether it is synthetic.
func (d dice) provenance() (source string, synthetic bool) {
	if d.once(4) {
		return "synthetic", true
	}
	return pick(d, sources), false
}

// mayName reports whether a row may name another: nothing made up is attached to anything real.
func mayName(synthetic, other bool) bool { return other || !synthetic }

func (d dice) employer(c Content, id string) labour.Employer {
	e := labour.Employer{ID: id, Name: pick(d, names), Region: pick(d, places), Industry: pick(d, lettersOf)}
	if d.once(2) {
		e.TaxID = fmt.Sprint(d.between(25_000_000, 25_000_999))
	}
	e.Source, e.Synthetic = d.provenance()
	return e
}

func (d dice) permit(c Content, id string) labour.Permit {
	p := labour.Permit{ID: id, Number: fmt.Sprintf("%d/%d", d.between(1, 9), d.between(17, 18)), Region: pick(d, places),
		Nationality: pick(d, c.Countries).Code, Industry: pick(d, lettersOf), Workers: d.between(1, 40), ValidFrom: d.day()}
	p.Source, p.Synthetic = d.provenance()
	if e := pick(d, c.Employers); !d.once(5) && mayName(p.Synthetic, e.Synthetic) {
		p.Employer = e.ID
	}
	p.IssuedOn = p.ValidFrom.AddDays(-d.between(-3, 40))
	switch d.IntN(8) {
	case 0:
		p.ValidTo = p.ValidFrom
	case 1:
		p.ValidTo = labour.MustParseDate("9999-12-31")
	default:
		p.ValidTo = p.ValidFrom.AddDays(d.between(0, 300))
	}
	switch d.IntN(8) {
	case 0: // on its first day or before: never in force
		p.RevokedOn = Some(p.ValidFrom.AddDays(-d.between(0, 5)))
	case 1:
		p.RevokedOn = Some(min(p.ValidTo, Window.To).AddDays(d.between(0, 5)))
	case 2:
		p.RevokedOn = Some(p.ValidFrom.AddDays(d.between(1, 200)))
	}
	switch d.IntN(6) {
	case 0:
		p.WageMonthly, p.WageCurrency = Some(float64(d.between(100, 1000))), "USD"
	case 1:
		p.WageMonthly, p.WageCurrency = Some(float64(d.between(9000, 90000))), "KPW"
	case 2, 3:
		p.WageMonthly, p.WageCurrency = Some(float64(d.between(20000, 80000))+0.5), "RUB"
	}
	d.forget(&p)
	return p
}

// forget takes away what a register may not know of a permit.
func (d dice) forget(p *labour.Permit) {
	if !d.once(4) {
		return
	}
	for _, one := range []*labour.Date{&p.IssuedOn, &p.ValidFrom, &p.ValidTo} {
		if d.once(4) {
			*one = labour.NoDate
		}
	}
	if d.once(4) {
		p.Region = ""
	}
	if d.once(4) {
		p.Nationality = ""
	}
}

func (d dice) repatriation(c Content, id string) labour.Repatriation {
	r := labour.Repatriation{ID: id, Region: pick(d, places), Nationality: pick(d, c.Countries).Code, Date: d.day(),
		Workers: d.between(1, 15), Outcome: pick(d, labour.Outcomes)}
	r.Source, r.Synthetic = d.provenance()
	if e := pick(d, c.Employers); !d.once(3) && mayName(r.Synthetic, e.Synthetic) {
		r.Employer = e.ID
	}
	// A quarter of the permits take most repatriations, so that some run out of workers.
	if p := c.Permits[d.IntN(len(c.Permits))/pick(d, []int{1, 4, 4})]; !d.once(4) && mayName(r.Synthetic, p.Synthetic) {
		r.Permit = p.ID
		if d.once(2) && p.Region != "" && p.Nationality != "" {
			r.Region, r.Nationality = p.Region, p.Nationality
		}
		switch way := d.IntN(6); {
		case !p.ValidFrom.Known() || !p.ValidTo.Known():
		case way == 0:
			r.Date = p.ValidFrom
		case way == 1:
			r.Date = min(p.End(), Window.To)
		case way == 2:
			r.Date = p.ValidFrom.AddDays(d.between(1, 60))
		}
	}
	if d.once(2) {
		r.Sanction = pick(d, c.Sanctions).Symbol
	}
	return r
}

// observations returns published stocks, each under a key of its own.
func (d dice) observations(c Content, n int) []labour.Observation {
	var all []labour.Observation
	for i := range n {
		from := Window.From.AddDays(i) // no two alike
		all = append(all, labour.Observation{Indicator: labour.WorkersPresentReported, Region: pick(d, places), Industry: pick(d, lettersOf),
			Nationality: pick(d, []string{"", "KP", "UZ"}), From: from, To: from.AddDays(pick(d, []int{0, 0, 30})), Value: float64(d.between(0, 500)),
			Unit: "persons", Status: pick(d, labour.ObservationStatuses), Source: pick(d, sources),
			Confidence: pick(d, append([]labour.Confidence{""}, labour.Confidences...)), Note: pick(d, []string{"", "Вахта"})})
	}
	return all
}
