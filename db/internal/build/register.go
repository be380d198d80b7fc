package build

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// register is what one pass over the permits of a draft finds out. The pass is that of the content hash, since
// reading a row costs more than all that is done with it: whatever is derived from every permit is derived there.
type register struct {
	codes   *codes
	local   *localWages
	rates   rates
	priced  map[wageKey]wageRates
	changes changeSorter // of permits
	gone    changeSorter // the repatriations, in the order of their own cells
	days    *daysBuilder
	gaps    gapCounts
	sums    *sumsBuilder
	// employed are the workers of each employer's permits, which are listed by them, by the place of the employer.
	employed []int64

	span            labour.Period        // from the first to the last day on which the stock changes
	issued          dateSpan             // days of issue
	years           map[string]bool      // of issue
	year            string               // the last of them that was seen
	from, through   *string              // of the data, once dataSpan was asked
	known           map[string]*dateSpan // all days of a source's rows, those of repatriations once dataSpan was asked
	parsed          map[string]labour.Date
	synthetic, real bool                   // whether any permit is
	at              [len(permitFields)]int // positions of the columns
	fields          [][]byte               // of a row
	values          permitValues           // of the row
}

// permitFields are the columns that are read of a permit.
var permitFields = [...]string{"employer_id", "region_code", "nationality", "industry", "workers", "issued_on",
	"valid_from", "valid_to", "revoked_on", "wage_monthly", "wage_currency", "source_id", "synthetic", "precision", "wage",
	"contract_on"}

const (
	fEmployer = iota
	fRegion
	fNationality
	fIndustry
	fWorkers
	fIssued
	fFrom
	fTo
	fRevoked
	fWageMonthly
	fCurrency
	fSource
	fSynthetic
	fPrecision
	fWage
	fContract
)

// permitValues are what is read of a row, in the order of permitFields.
type permitValues = [len(permitFields)][]byte

// permitMasks read the mask of a permit: permits and workers, and the wage; nothing where there is none.
var permitMasks = []string{
	`(SELECT format('%s` + sqlite.FieldEnd + `%s', m.permits, m.workers) FROM permit_masks m WHERE m.id = permits.id)`,
	`(SELECT m.wage_monthly FROM permit_masks m WHERE m.id = permits.id)`,
}

// wageKey is what the rates of a wage depend on.
type wageKey struct {
	currency string
	region   uint64
	year     string
}

// wageRates are what a wage is multiplied by: into the currency of the release, and into that of the region.
type wageRates struct {
	release, local factor
	currency       packed.Currency
}

// dateSpan is from the first to the last day that was seen, as text; "" where none was.
type dateSpan struct{ first, last string }

func (s *dateSpan) see(day []byte) {
	if len(day) == 0 {
		return
	}
	if s.first == "" || string(day) < s.first {
		s.first = string(day)
	}
	if string(day) > s.last {
		s.last = string(day)
	}
}

func newRegister(ctx context.Context, q *sql.Conn, local *localWages, dir string) (*register, error) {
	r := &register{local: local, priced: map[wageKey]wageRates{}, changes: changeSorter{dir: dir}, gone: changeSorter{dir: dir},
		gaps: gapCounts{}, span: packed.NoDays,
		known: map[string]*dateSpan{}, parsed: map[string]labour.Date{}, years: map[string]bool{}}
	var err error
	if r.codes, err = readCodes(ctx, q); err != nil {
		return nil, err
	}
	if r.rates, err = readRates(ctx, q); err != nil {
		return nil, err
	}
	r.employed = make([]int64, len(r.codes.employerIDs))
	r.days, err = prepareDays(ctx, q, r.codes)
	return r, err
}

// close lets go of what the register holds beside memory.
func (r *register) close() error {
	r.sums.close()
	r.days.rows.Close()
	return errors.Join(r.changes.close(), r.gone.close())
}

// watch makes a register of what the content hash reads of the permits.
func (r *register) watch(masked bool) watcher {
	w := watcher{see: r.see, begin: func(t sqlite.Table) {
		for i, name := range permitFields {
			r.at[i] = t.Index(name)
		}
		r.fields = make([][]byte, 0, len(t.Columns))
	}}
	if masked {
		w.extra = permitMasks
	}
	return w
}

// see takes in one permit.
func (r *register) see(ctx context.Context, row []byte, extra []sql.RawBytes) error {
	r.fields = r.fields[:0]
	for rest := row; ; {
		end := bytes.IndexByte(rest, sqlite.FieldEnd[0])
		if end < 0 {
			r.fields = append(r.fields, rest)
			break
		}
		r.fields, rest = append(r.fields, rest[:end]), rest[end+1:]
	}
	for i, at := range r.at {
		r.values[i] = r.fields[at]
	}
	v := &r.values
	c := permitChange{first: never.From, last: never.To, brings: packed.Change{Permits: 1}, issued: 1}
	of, err := r.codes.employer(v[fEmployer])
	if err != nil {
		return err
	}
	c.employer = of.place
	synthetic := string(v[fSynthetic]) == "1"
	r.synthetic, r.real = r.synthetic || synthetic, r.real || !synthetic
	if len(v[fIndustry]) == 0 {
		v[fIndustry] = of.industry
	}
	c.cell, err = r.codes.cell(v[fRegion], v[fNationality], v[fIndustry], v[fSource], nil, synthetic)
	if err != nil {
		return err
	}
	workers, err := parseInt(v[fWorkers])
	if err != nil {
		return err
	}
	r.employed[c.employer] += int64(workers)
	wage, err := r.count(&c, workers, extra)
	if err != nil {
		return err
	}
	if err := r.date(&c); err != nil {
		return err
	}
	r.gaps.see(v)
	local, priced, err := r.price(&c, wage)
	if err != nil {
		return err
	}
	if err := r.keepDays(ctx, &c, local, priced); err != nil {
		return err
	}
	r.inForce(&c)
	return r.changes.add(c)
}

// count reads the workers and the wage of a permit, or those of its mask.
func (r *register) count(c *permitChange, workers int, extra []sql.RawBytes) (wage []byte, err error) {
	c.brings.Workers = workers
	if len(extra) == 0 || len(extra[0]) == 0 {
		return r.values[fWageMonthly], nil
	}
	permits, masked, _ := bytes.Cut(extra[0], []byte(sqlite.FieldEnd))
	if c.issued, err = parseInt(permits); err != nil {
		return nil, err
	}
	if c.brings.Workers, err = parseInt(masked); err != nil {
		return nil, err
	}
	if len(extra[1]) > 0 {
		return extra[1], nil
	}
	return r.values[fWageMonthly], nil
}

// date reads the days of a permit.
func (r *register) date(c *permitChange) (err error) {
	v := &r.values
	if len(v[fIssued]) > 0 {
		c.dated = true
		if c.day, err = r.parse(v[fIssued]); err != nil {
			return err
		}
		r.issued.see(v[fIssued])
		if year := v[fIssued][:4]; string(year) != r.year {
			r.year = string(year)
			r.years[r.year] = true
		}
	}
	if len(v[fFrom]) > 0 && len(v[fTo]) > 0 {
		if c.first, err = r.parse(v[fFrom]); err != nil {
			return err
		}
		if c.last, err = r.parse(v[fTo]); err != nil {
			return err
		}
		if len(v[fRevoked]) > 0 && string(v[fRevoked]) <= string(v[fTo]) { // as ends_on in the schema
			if c.last, err = r.parse(v[fRevoked]); err != nil {
				return err
			}
			c.last--
		}
		if c.first > c.last {
			c.first, c.last = never.From, never.To
		}
	}
	known := r.known[string(v[fSource])]
	if known == nil {
		known = r.daysOf(string(v[fSource]))
	}
	for _, day := range [...]int{fIssued, fFrom, fRevoked} {
		known.see(v[day])
	}
	return nil
}

// price turns the wage of a permit into the currency of the release, at the rate of the year of its issue, and
// returns it in the currency of its region, at the rate of that year or else of the first in force.
func (r *register) price(c *permitChange, wage []byte) (local float64, known bool, err error) {
	if len(wage) == 0 {
		return 0, false, nil
	}
	paid, err := strconv.ParseFloat(string(wage), 64)
	if err != nil {
		return 0, false, fmt.Errorf("%w: expected a wage, found %q", sqlite.ErrCorrupt, wage)
	}
	v := &r.values
	year := v[fIssued]
	if len(year) == 0 {
		year = v[fFrom]
	}
	if len(year) > 4 {
		year = year[:4]
	}
	region := c.cell >> r.codes.regions.shift
	rates, looked := r.priced[wageKey{string(v[fCurrency]), region, string(year)}]
	if !looked {
		key := wageKey{string(v[fCurrency]), region, string(year)}
		rates.release.rate, rates.release.known = r.rates[[2]string{key.currency, key.year}]
		if key.currency == r.local.release {
			rates.release = factor{1, true}
		}
		rates.local.rate, rates.local.known = r.local.of(1, key.currency, string(v[fRegion]), key.year)
		rates.currency = packed.CurrencyOf(key.currency, r.local.release)
		r.priced[key] = rates
	}
	if c.dated {
		c.priced, c.unpriced, c.wage = rates.release.known, !rates.release.known, paid*rates.release.rate
		c.pays, c.paid, c.currency = true, paid, rates.currency
	}
	return paid * rates.local.rate, rates.local.known, nil
}

// keepDays keeps the days of a permit, with its wage in the currency of its region.
func (r *register) keepDays(ctx context.Context, c *permitChange, wage float64, priced bool) error {
	if !c.dated && !c.inForce() {
		return nil
	}
	number := r.days.number(c.cell)
	if contract := r.values[fContract]; c.dated && len(contract) > 0 {
		day, err := r.parse(contract)
		if err != nil {
			return err
		}
		err = r.days.add(ctx, block{facts: ContractDays, cell: number}, packed.RowDays{Day: c.day,
			Held: labour.Period{From: day, To: day}, Workers: c.brings.Workers}, int(c.employer))
		if err != nil {
			return err
		}
	}
	at := block{facts: PermitFacts, cell: number, held: number}
	days := packed.RowDays{Day: c.day, Held: packed.NoDays, Workers: c.brings.Workers}
	if c.inForce() {
		days.Held = labour.Period{From: c.first, To: c.last}
	}
	if !c.dated {
		at.facts, days.Day = UndatedFacts, c.first
	}
	if priced && days.Workers != 0 {
		days.Wage = packed.PackWage(wage)
	}
	return r.days.add(ctx, at, days, int(c.employer))
}

// inForce widens the span of the stock by the days of a change.
func (r *register) inForce(c *permitChange) {
	if !c.inForce() {
		return
	}
	r.span = packed.Widen(r.span, labour.Period{From: c.first, To: c.first})
	if day, ends := c.ends(); ends {
		r.span.To = max(r.span.To, day)
	}
}

// parse reads a day, each text once.
func (r *register) parse(text []byte) (labour.Date, error) {
	day, known := r.parsed[string(text)]
	if known {
		return day, nil
	}
	day, err := labour.ParseDate(string(text))
	r.parsed[string(text)] = day
	return day, err
}

// daysOf returns the days of a source's rows, none at first.
func (r *register) daysOf(source string) *dateSpan {
	if r.known[source] == nil {
		r.known[source] = &dateSpan{}
	}
	return r.known[source]
}

func parseInt(text []byte) (int, error) {
	n, err := strconv.Atoi(string(text))
	if err != nil {
		return 0, fmt.Errorf("%w: expected a whole number, found %q", sqlite.ErrCorrupt, text)
	}
	return n, nil
}
