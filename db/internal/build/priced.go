package build

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// Price says in which currency wages of the package are that name none. Without one they are in that of their region.
func (d *Draft) Price(currency string) { d.currency = currency }

// Currency returns the currency of the release that is in the making.
func (d *Draft) Currency(ctx context.Context) (string, error) { return currencyOf(ctx, d.conn) }

// pricing are the places of the columns that say what a permit pays, and in what.
type pricing struct {
	wages    []int
	currency int
	needed   bool // whether a staged record has a wage without a currency
}

func (s *Stage) newPricing() pricing {
	p := pricing{currency: s.table.Index("wage_currency")}
	for _, column := range []string{"wage_monthly", "wage"} {
		if at := s.table.Index(column); at >= 0 {
			p.wages = append(p.wages, at)
		}
	}
	return p
}

func (p *pricing) see(row []any) {
	if p.currency >= 0 && row[p.currency] == nil && !p.needed {
		p.needed = slices.ContainsFunc(p.wages, func(at int) bool { return row[at] != nil })
	}
}

// price fills in the currency of wages that name none: the package's, else that of their region. Where neither is known
// the record is rejected.
func (s *Stage) price(ctx context.Context) error {
	if !s.pricing.needed {
		return nil
	}
	regions, err := readGeography(ctx, s.draft.conn)
	if err != nil {
		return err
	}
	const unpriced = `wage_currency IS NULL AND (wage_monthly IS NOT NULL OR wage IS NOT NULL)`
	codes, err := sqlite.Collect(ctx, s.draft.conn, func(rows *sql.Rows) (code string, err error) {
		return code, rows.Scan(&code)
	}, `SELECT DISTINCT region_code FROM stage.permits WHERE `+unpriced)
	if err != nil {
		return fmt.Errorf("find wages without a currency: %w", err)
	}
	for _, code := range codes {
		if of := cmp.Or(s.draft.currency, CurrencyOf(regions, code)); of != "" {
			if _, err := sqlite.Run(ctx, s.draft.conn, `UPDATE stage.permits SET wage_currency = ? WHERE region_code = ? AND `+unpriced,
				of, code); err != nil {
				return fmt.Errorf("fill in the currency of wages: %w", err)
			}
		}
	}
	faults, err := sqlite.Collect(ctx, s.draft.conn, func(rows *sql.Rows) (f Fault, err error) {
		var column, region string
		err = rows.Scan(&f.Record, &column, &region)
		of := "is not known"
		if region != "" {
			of = "of " + region + " is not known"
		}
		f.Column, f.Message = "wage_currency", fmt.Sprintf("expected a currency code, since %s is given and the currency %s, found nothing", column, of)
		return f, err
	}, `SELECT _record, CASE WHEN wage_monthly IS NULL OR wage IS NOT NULL THEN 'wage' ELSE 'wage_monthly' END, region_code
		FROM stage.permits WHERE `+unpriced+` ORDER BY _record`)
	if err != nil {
		return fmt.Errorf("find wages without a currency: %w", err)
	}
	return s.drop(ctx, faults)
}

// checkOutcomes finds repatriations whose outcome is neither one of the base outcomes nor a code of the draft's own.
func (s *Stage) checkOutcomes(ctx context.Context) ([]Fault, error) {
	base := make([]string, len(labour.Outcomes))
	for i, outcome := range labour.Outcomes {
		base[i] = string(outcome)
	}
	faults, err := sqlite.Collect(ctx, s.draft.conn, func(rows *sql.Rows) (f Fault, err error) {
		var value string
		err = rows.Scan(&value, &f.Record)
		f.Column, f.Message = "outcome", fmt.Sprintf("expected one of %s or a code of outcomes, found %q", strings.Join(base, ", "), value)
		return f, err
	}, `SELECT s.outcome, s._record FROM stage.repatriations s WHERE s.outcome NOT IN ('`+strings.Join(base, "', '")+`')
		AND NOT EXISTS (SELECT 1 FROM main.outcomes o WHERE o.code = s.outcome) ORDER BY s._record`)
	if err != nil {
		return nil, fmt.Errorf("check the outcomes of repatriations: %w", err)
	}
	return faults, nil
}
