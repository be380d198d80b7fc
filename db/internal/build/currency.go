package build

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// Money is of the row or of its region, never of the release as a whole: a permit of Texas is paid in dollars, whatever
// stands beside it. A currency of the release is only what figures of several countries are put together in.

// CurrencyOf returns the currency of a region: its own, else that of the nearest region around it, else that of the
// country which its code begins with, by CLDR. It returns "" where none is known.
func CurrencyOf(g *labour.Geography, region string) string {
	country := ""
	for code := region; code != ""; code = g.Parent(code, packed.EndOfCalendar) {
		r, known := g.Region(code)
		if known && r.Currency != "" {
			return r.Currency
		}
		if country == "" {
			country = currencyOfCountry(code)
		}
	}
	return country
}

// currencyOfCountry returns the currency of the country that a code of ISO 3166 is of or in.
func currencyOfCountry(code string) string {
	country, _, _ := strings.Cut(code, "-")
	if len(country) != 2 || strings.ToUpper(country) != country {
		return ""
	}
	of, err := language.ParseRegion(country)
	if err != nil || !of.IsCountry() {
		return ""
	}
	unit, known := currency.FromRegion(of)
	if !known {
		return ""
	}
	return unit.String()
}

// readGeography reads the regions of a draft.
func readGeography(ctx context.Context, q sqlite.Querier) (*labour.Geography, error) {
	regions, err := sqlite.Collect(ctx, q, func(rows *sql.Rows) (r labour.Region, err error) {
		return r, rows.Scan(&r.Code, sqlite.Text(&r.Currency))
	}, `SELECT code, currency FROM regions`)
	if err != nil {
		return nil, fmt.Errorf("read the regions: %w", err)
	}
	memberships, err := sqlite.Collect(ctx, q, sqlite.ScanMembership,
		`SELECT code, parent_code, valid_from, valid_to FROM region_parents`)
	if err != nil {
		return nil, fmt.Errorf("read the parents of regions: %w", err)
	}
	return labour.NewGeography(regions, memberships), nil
}

// Rates are observed exchange rates, on average over a calendar year.
type Rates struct {
	observed map[exchange]float64 // units of to for one of from
	// middle lists the currencies that have any rate, in order: two of them may be compared through a third.
	middle []string
	years  []string
}

type exchange struct{ from, to, year string }

// ReadRates reads the observations FX_<currency>_PER_<other> that cover a calendar year; of several for one year the one
// of highest confidence, then of the first source.
func ReadRates(ctx context.Context, q sqlite.Querier) (*Rates, error) {
	r := &Rates{observed: map[exchange]float64{}}
	currencies, years := map[string]bool{}, map[string]bool{}
	err := sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		var indicator, year string
		var value float64
		if err := rows.Scan(&indicator, &year, &value); err != nil {
			return err
		}
		to, from, found := strings.Cut(strings.TrimPrefix(indicator, "FX_"), "_PER_")
		if key := (exchange{from, to, year}); found && r.observed[key] == 0 {
			r.observed[key] = value
			currencies[from], currencies[to], years[year] = true, true, true
		}
		return nil
	}, `SELECT indicator, substr("from", 1, 4), value FROM observations
		WHERE indicator BETWEEN 'FX_' AND 'FX_~' AND value > 0 AND status <> 'MISSING'
			AND "from" = substr("from", 1, 4) || '-01-01' AND "to" = substr("from", 1, 4) || '-12-31'
		ORDER BY indicator, "from",
			CASE confidence WHEN 'HIGH' THEN 0 WHEN 'MEDIUM' THEN 1 WHEN 'LOW' THEN 2 ELSE 3 END, source_id, region_code`)
	if err != nil {
		return nil, fmt.Errorf("read the exchange rates: %w", err)
	}
	r.middle, r.years = slices.Sorted(maps.Keys(currencies)), slices.Sorted(maps.Keys(years))
	return r, nil
}

// Rate returns the units of one currency for one of another in a year: as observed, else the other way round, else
// through a third currency. It reports false where no rate says so.
func (r *Rates) Rate(from, to, year string) (float64, bool) {
	if from == to {
		return 1, from != ""
	}
	if rate, known := r.between(from, to, year); known {
		return rate, true
	}
	for _, middle := range r.middle {
		one, known := r.between(from, middle, year)
		two, also := r.between(middle, to, year)
		if known && also {
			return one * two, true
		}
	}
	return 0, false
}

func (r *Rates) between(from, to, year string) (float64, bool) {
	if rate, known := r.observed[exchange{from, to, year}]; known {
		return rate, true
	}
	rate, known := r.observed[exchange{to, from, year}]
	return 1 / cmp.Or(rate, 1), known
}

// Into lists every rate into a currency, in the order of currencies and years. Those of the currency itself are left out.
func (r *Rates) Into(to string) []YearRate {
	var all []YearRate
	for _, from := range r.middle {
		for _, year := range r.years {
			if rate, known := r.Rate(from, to, year); known && from != to {
				all = append(all, YearRate{from, year, rate})
			}
		}
	}
	return all
}

// YearRate is the rate of a currency in a year.
type YearRate struct {
	Currency, Year string
	Rate           float64
}

// deriveRates keeps the rates into the currency of the release.
func deriveRates(ctx context.Context, q sqlite.Querier, rates []YearRate) error {
	for _, r := range rates {
		if _, err := sqlite.Run(ctx, q, `INSERT INTO exchange_rates VALUES (?, ?, ?)`, r.Currency, r.Year, r.Rate); err != nil {
			return fmt.Errorf("derive exchange rates: %w", err)
		}
	}
	return nil
}

// deriveOwnRates keeps that the currency of the release counts 1 in every year in which a permit is issued.
func (d *Draft) deriveOwnRates(ctx context.Context, own string, years map[string]bool) error {
	for year := range years {
		if _, err := sqlite.Run(ctx, d.conn, `INSERT INTO main.exchange_rates VALUES (?, ?, 1)`, own, year); err != nil {
			return fmt.Errorf("derive exchange rates: %w", err)
		}
	}
	if _, err := sqlite.Run(ctx, d.conn, `ANALYZE main.exchange_rates`); err != nil {
		return fmt.Errorf("derive exchange rates: %w", err)
	}
	return nil
}

// localWages turns wages into the currency of their region, or where none is known into that of the release.
type localWages struct {
	rates     *Rates
	geography *labour.Geography
	release   string
	known     map[string]string // currencies by region
	factors   map[exchange]factor
}

// factor is what a wage is multiplied by; known is false where no rate says so.
type factor struct {
	rate  float64
	known bool
}

func newLocalWages(ctx context.Context, q sqlite.Querier, rates *Rates) (*localWages, error) {
	g, err := readGeography(ctx, q)
	if err != nil {
		return nil, err
	}
	own, err := currencyOf(ctx, q)
	return &localWages{rates, g, own, map[string]string{}, map[exchange]factor{}}, err
}

// of converts a wage at the rate of a year.
func (l *localWages) of(wage float64, currency, region, year string) (float64, bool) {
	into, looked := l.known[region]
	if !looked {
		into = cmp.Or(CurrencyOf(l.geography, region), l.release)
		l.known[strings.Clone(region)] = into
	}
	pair := exchange{currency, into, year}
	f, looked := l.factors[pair]
	if !looked {
		f.rate, f.known = l.rates.Rate(currency, into, year)
		l.factors[exchange{strings.Clone(currency), into, strings.Clone(year)}] = f
	}
	return wage * f.rate, f.known
}
