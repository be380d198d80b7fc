package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// CurrencyOf returns the currency that money of a region is in: its own, else that of the region around it or of its
// country, else the release's. A release of an earlier schema has all of its money in its own.
func (r *Release) CurrencyOf(region string) string {
	if !r.schema["regions"]["currency"] {
		return r.info.Currency
	}
	return cmp.Or(build.CurrencyOf(r.geography, region), r.info.Currency)
}

// convert takes the currency that a report's wages are wanted in, and reads the rates into it where that is not the
// release's own. It returns a Fault: BAD_USER_INPUT for what is no currency, NOT_FOUND for one that the release has no
// rate of and no region has.
func (rep *Report) convert(ctx context.Context) error {
	r := rep.release
	if rep.Currency = cmp.Or(rep.Query.Currency, r.info.Currency); rep.Currency == r.info.Currency {
		rep.byYear = r.rates
		return nil
	}
	if len(rep.Currency) != 3 || strings.Trim(rep.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return labour.Faultf(labour.BadUserInput, "currency: expected a code of ISO 4217 such as USD, found %.80q.", rep.Currency)
	}
	rates, err := build.ReadRates(ctx, r.file)
	if err != nil {
		return err
	}
	rep.rates = rates.Into(rep.Currency)
	rep.byYear = newYearRates(rep.Currency, r.info.Currency, rep.rates)
	if len(rep.rates) == 0 && !slices.ContainsFunc(r.regions, func(region labour.Region) bool { return r.CurrencyOf(region.Code) == rep.Currency }) {
		return labour.Faultf(labour.NotFound, "There is no exchange rate of %s in this release, and no region with that currency.", rep.Currency)
	}
	return nil
}

// yearRates turn money into one currency, at the rate of a year.
type yearRates struct {
	into  packed.Currency
	rates map[yearRate]float64
}

type yearRate struct {
	of   packed.Currency
	year int
}

// newYearRates makes them of rates into a currency, beside that of a release.
func newYearRates(into, own string, rates []build.YearRate) yearRates {
	y := yearRates{packed.CurrencyOf(into, own), map[yearRate]float64{}}
	for _, r := range rates {
		if year, err := strconv.Atoi(r.Year); err == nil {
			y.rates[yearRate{packed.CurrencyOf(r.Currency, own), year}] = r.Rate
		}
	}
	return y
}

// readYearRates reads the rates into the currency of a release.
func readYearRates(ctx context.Context, q sqlite.Querier, own string) (yearRates, error) {
	rates, err := sqlite.Collect(ctx, q, func(rows *sql.Rows) (r build.YearRate, err error) {
		return r, rows.Scan(&r.Currency, &r.Year, &r.Rate)
	}, `SELECT currency, year, rate FROM exchange_rates`)
	if err != nil {
		return yearRates{}, fmt.Errorf("read the exchange rates: %w", err)
	}
	return newYearRates(own, own, rates), nil
}

// in returns the rates of a year; what nothing converts has none.
func (y yearRates) in(year int) func(packed.Currency) (float64, bool) {
	return func(of packed.Currency) (float64, bool) {
		if of == y.into {
			return 1, of != packed.NoMoney
		}
		rate, known := y.rates[yearRate{of, year}]
		return rate, known
	}
}

// isForeign reports whether wages are wanted in another currency than the release's, in which rollups by month have them.
func (rep *Report) isForeign() bool { return rep.Currency != rep.release.info.Currency }

// wage returns SQL for the monthly wage of a row of permit facts f in the report's currency, and joins what that needs.
func (rep *Report) wage(sb *sqlbuilder.SelectBuilder) string {
	if !rep.isForeign() {
		return "f.wage"
	}
	var values []string
	for _, rate := range rep.rates {
		if year := rate.Year; labour.Year.Label(rep.Period.From) <= year && year <= labour.Year.Label(rep.Period.To) {
			values = append(values, "("+sb.Var(rate.Currency)+", "+sb.Var(year)+", "+sb.Var(rate.Rate)+")")
		}
	}
	if values == nil {
		values = []string{"('', '', 0.0)"}
	}
	sb.JoinWithOption(sqlbuilder.LeftJoin, "(VALUES "+strings.Join(values, ", ")+") AS x",
		"x.column1 = f.wage_currency AND x.column2 = substr(f.issued_on, 1, 4)")
	return "f.wage_monthly * CASE f.wage_currency WHEN " + sb.Var(rep.Currency) + " THEN 1 ELSE x.column3 END"
}
