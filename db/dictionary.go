package db

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

// dictionary holds a release's short tables, which nearly every question needs: regions and what belongs to them,
// codes, sanctions and sources. It is read once, when the release is opened.
type dictionary struct {
	geography  *labour.Geography
	regions    []labour.Region
	countries  []labour.Country
	industries []labour.Industry
	indicators []labour.Indicator
	sanctions  []labour.Sanction
	sources    []labour.Source
	// obligations of sanctions, in the order of symbols and then as listed in labour.ObligationKinds
	obligations []labour.Obligation
	declared    []labour.Coverage // in the order of sources
	reach       *labour.Reach
	gaps        []lacking
	outcomes    []labour.OwnOutcome
}

func readDictionary(ctx context.Context, q sqlite.Querier, schema sqlite.Schema) (*dictionary, error) {
	var d dictionary
	var memberships []labour.Membership
	var err error
	for _, read := range []func() error{
		func() error {
			d.regions, err = sqlite.Collect(ctx, q, func(rows *sql.Rows) (r labour.Region, err error) {
				return r, rows.Scan(&r.Code, &r.NameEN, sqlite.Text(&r.NameLocal), &r.Kind, sqlite.Text(&r.Currency))
			}, schema.Select("regions", "code", "code", "name_en", "name_local", "kind", "currency"))
			return err
		},
		func() error {
			memberships, err = sqlite.Collect(ctx, q, sqlite.ScanMembership,
				`SELECT code, parent_code, valid_from, valid_to FROM region_parents`)
			return err
		},
		func() error {
			d.countries, err = sqlite.Collect(ctx, q, func(rows *sql.Rows) (c labour.Country, err error) {
				return c, rows.Scan(&c.Code, &c.Name)
			}, `SELECT code, name FROM countries ORDER BY code`)
			return err
		},
		func() error {
			d.industries, err = sqlite.Collect(ctx, q, func(rows *sql.Rows) (i labour.Industry, err error) {
				return i, rows.Scan(&i.Code, &i.NameEN, sqlite.Text(&i.NameLocal))
			}, `SELECT code, name_en, name_local FROM industries ORDER BY code`)
			return err
		},
		func() error {
			d.indicators, err = sqlite.Collect(ctx, q, func(rows *sql.Rows) (i labour.Indicator, err error) {
				return i, rows.Scan(&i.Code, &i.Name, &i.Unit, sqlite.Text(&i.Definition))
			}, `SELECT code, name, unit, definition FROM indicators ORDER BY code`)
			return err
		},
		func() error {
			d.sanctions, err = sqlite.Collect(ctx, q, func(rows *sql.Rows) (s labour.Sanction, err error) {
				var nationalities string
				err = rows.Scan(&s.Symbol, sqlite.Text(&s.Paragraph), &s.Title, sqlite.Date(&s.AdoptedOn),
					sqlite.OptionalDate(&s.Deadline), &nationalities, &s.Source)
				s.Nationalities = strings.Split(nationalities, ";")
				return s, err
			}, `SELECT symbol, paragraph, title, adopted_on, deadline, nationalities, source_id FROM sanctions ORDER BY symbol`)
			return err
		},
		func() error {
			d.sources, err = sqlite.Collect(ctx, q, func(rows *sql.Rows) (s labour.Source, err error) {
				return s, rows.Scan(&s.ID, &s.Title, &s.Publisher, sqlite.Text(&s.URL),
					sqlite.OptionalDate(&s.PublishedOn), &s.Kind, sqlite.Text(&s.Licence))
			}, `SELECT id, title, publisher, url, published_on, kind, licence FROM sources ORDER BY id`)
			return err
		},
		func() error {
			d.obligations, err = sqlite.Collect(ctx, q, func(rows *sql.Rows) (o labour.Obligation, err error) {
				return o, rows.Scan(&o.Symbol, sqlite.Text(&o.Paragraph), &o.Kind, sqlite.Date(&o.AppliesFrom),
					sqlite.OptionalDate(&o.Deadline), sqlite.OptionalDate(&o.HalfWayOn),
					sqlite.OptionalDate(&o.GrandfatheredBefore), sqlite.Text(&o.Exemptions), &o.Text, &o.Source)
			}, schema.Select("obligations", "symbol, kind", "symbol", "paragraph", "kind", "applies_from", "deadline",
				"half_way_on", "grandfathered_before", "exemptions", "text", "source_id"))
			return err
		},
		func() error {
			d.declared, err = sqlite.Collect(ctx, q, func(rows *sql.Rows) (c labour.Coverage, err error) {
				return c, rows.Scan(&c.Source, &c.Table, &c.Region, sqlite.Text(&c.Nationality), sqlite.Date(&c.From),
					sqlite.Date(&c.To), &c.Completeness)
			}, schema.Select("coverage", `source_id, "table", region_code, nationality, "from"`, "source_id", "table",
				"region_code", "nationality", "from", "to", "completeness"))
			return err
		},
		func() error {
			d.reach, err = readReach(ctx, q, schema, d.declared, d.sources)
			return err
		},
		func() error {
			d.outcomes, err = readOutcomes(ctx, q, schema)
			return err
		},
		func() error {
			d.gaps, err = readGaps(ctx, q, schema)
			return err
		},
	} {
		if err := read(); err != nil {
			return nil, fmt.Errorf("read the reference tables: %w", err)
		}
	}
	slices.SortStableFunc(d.obligations, func(a, b labour.Obligation) int {
		return cmp.Or(cmp.Compare(a.Symbol, b.Symbol),
			slices.Index(labour.ObligationKinds, a.Kind)-slices.Index(labour.ObligationKinds, b.Kind))
	})
	d.geography = labour.NewGeography(d.regions, memberships)
	return &d, nil
}

// Geography returns the regions and what belongs to them on which day.
func (d *dictionary) Geography() *labour.Geography { return d.geography }

// Regions lists every region in the order of codes.
func (d *dictionary) Regions() []labour.Region { return d.regions }

// Countries lists every country in the order of codes.
func (d *dictionary) Countries() []labour.Country { return d.countries }

// Industries lists every industry in the order of codes.
func (d *dictionary) Industries() []labour.Industry { return d.industries }

// Indicators lists every indicator in the order of codes.
func (d *dictionary) Indicators() []labour.Indicator { return d.indicators }

// Sanctions lists every sanction in the order of symbols.
func (d *dictionary) Sanctions() []labour.Sanction { return d.sanctions }

// Obligations lists what a sanction asks for, in the order of labour.ObligationKinds.
func (d *dictionary) Obligations(symbol string) []labour.Obligation {
	return slices.DeleteFunc(slices.Clone(d.obligations), func(o labour.Obligation) bool { return o.Symbol != symbol })
}

// Declared lists how much of the register each source says that it has, in the order of sources.
func (d *dictionary) Declared() []labour.Coverage { return d.declared }

// Sources lists every source in the order of ids.
func (d *dictionary) Sources() []labour.Source { return d.sources }

// Region returns a region by its code, or a Fault with NotFound.
func (d *dictionary) Region(code string) (labour.Region, error) {
	return find(d.regions, code, "region", func(r labour.Region) string { return r.Code })
}

// Country returns a country by its code, or a Fault with NotFound.
func (d *dictionary) Country(code string) (labour.Country, error) {
	return find(d.countries, code, "country", func(c labour.Country) string { return c.Code })
}

// Industry returns an industry by its code, or a Fault with NotFound.
func (d *dictionary) Industry(code string) (labour.Industry, error) {
	return find(d.industries, code, "industry", func(i labour.Industry) string { return i.Code })
}

// Indicator returns an indicator by its code, or a Fault with NotFound.
func (d *dictionary) Indicator(code string) (labour.Indicator, error) {
	return find(d.indicators, code, "indicator", func(i labour.Indicator) string { return i.Code })
}

// Sanction returns a sanction by its symbol, with or without blanks (the United Nations print S/RES/2397 (2017)),
// or a Fault with NotFound.
func (d *dictionary) Sanction(symbol string) (labour.Sanction, error) {
	return find(d.sanctions, strings.ReplaceAll(symbol, " ", ""), "sanction", func(s labour.Sanction) string {
		return s.Symbol
	})
}

// Source returns a source by its id, or a Fault with NotFound.
func (d *dictionary) Source(id string) (labour.Source, error) {
	return find(d.sources, id, "source", func(s labour.Source) string { return s.ID })
}

// find looks a key up in a list that is in the order of its keys.
func find[T any](list []T, key, noun string, keyOf func(T) string) (T, error) {
	i, found := slices.BinarySearchFunc(list, key, func(one T, key string) int {
		return strings.Compare(keyOf(one), key)
	})
	if !found {
		var none T
		return none, labour.Faultf(labour.NotFound, "There is no %s %.80q in this release.", noun, key)
	}
	return list[i], nil
}
