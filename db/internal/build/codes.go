package build

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// codes numbers the codes that rows of the register name, in their order: so a cell is one number, and cells sort by
// it as they would by the text of their codes.
type codes struct {
	regions, nationalities, industries, sources, outcomes codeList
	named                                                 map[string]uint64 // cells by their text
	employers                                             map[string]employerPlace
	employerIDs                                           []string // by place, the first is none
}

// codeList has the codes of one kind, "" first, which stands for one that is not known.
type codeList struct {
	codes  []string
	places map[string]uint64
	shift  int // of the place in the number of a cell
}

// employerPlace is where an employer stands in the order of their ids, from 1 on, and its industry.
type employerPlace struct {
	place    uint32
	industry []byte
}

func readCodes(ctx context.Context, q sqlite.Querier) (*codes, error) {
	c := &codes{employers: map[string]employerPlace{}, employerIDs: []string{""}, named: map[string]uint64{}}
	for _, outcome := range labour.Outcomes {
		c.outcomes.codes = append(c.outcomes.codes, string(outcome))
	}
	slices.Sort(c.outcomes.codes)
	c.outcomes.number()
	width := bits.Len(uint(len(c.outcomes.codes)))
	// From the least significant on. The mark stands between the region and the nationality.
	for _, of := range []struct {
		list          *codeList
		table, column string
	}{
		{&c.sources, "sources", "id"}, {&c.industries, "industries", "code"}, {&c.nationalities, "countries", "code"},
		{&c.regions, "regions", "code"},
	} {
		if of.list == &c.regions {
			width++
		}
		if err := of.list.read(ctx, q, of.table, of.column); err != nil {
			return nil, fmt.Errorf("number the codes of %s: %w", of.table, err)
		}
		of.list.shift = width
		width += bits.Len(uint(len(of.list.codes)))
	}
	if width > 64 {
		return nil, errors.New("number the cells of the register: sources, industries, countries and regions are too many")
	}
	err := sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		var id string
		var of employerPlace
		if err := rows.Scan(&id, &of.industry); err != nil {
			return err
		}
		of.place = uint32(len(c.employerIDs))
		c.employers[id], c.employerIDs = of, append(c.employerIDs, id)
		return nil
	}, `SELECT id, COALESCE(industry, '') FROM employers ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("number the employers: %w", err)
	}
	return c, nil
}

func (l *codeList) read(ctx context.Context, q sqlite.Querier, table, column string) (err error) {
	l.codes, err = sqlite.Collect(ctx, q, func(rows *sql.Rows) (code string, err error) { return code, rows.Scan(&code) },
		fmt.Sprintf(`SELECT %s FROM %s WHERE %[1]s <> '' ORDER BY 1`, column, table))
	l.number()
	return err
}

// number puts "" before the codes and finds the place of each.
func (l *codeList) number() {
	l.codes = append([]string{""}, l.codes...)
	l.places = make(map[string]uint64, len(l.codes))
	for i, code := range l.codes {
		l.places[code] = uint64(i)
	}
}

// mark is the place of a row's mark in the number of its cell.
func (c *codes) mark() int { return c.regions.shift - 1 }

// cell returns the number of a cell. Permits have no outcome.
func (c *codes) cell(region, nationality, industry, source, outcome []byte, synthetic bool) (cell uint64, err error) {
	for _, part := range [...]struct {
		list *codeList
		code []byte
	}{{&c.regions, region}, {&c.nationalities, nationality}, {&c.industries, industry}, {&c.sources, source},
		{&c.outcomes, outcome}} {
		place, known := part.list.places[string(part.code)]
		if !known {
			return 0, fmt.Errorf("%w: a row names %q, which is nowhere", sqlite.ErrCorrupt, part.code)
		}
		cell |= place << part.list.shift
	}
	if synthetic {
		cell |= 1 << c.mark()
	}
	return cell, nil
}

// cellNamed returns the number of a cell by its text: see cellOf.
func (c *codes) cellNamed(text []byte) (uint64, error) {
	cell, known := c.named[string(text)]
	if known {
		return cell, nil
	}
	parts := bytes.Split(text, []byte(sqlite.FieldEnd))
	if len(parts) != len(cellDimensions) {
		return 0, fmt.Errorf("expected a cell of %d codes, found %q", len(cellDimensions), text)
	}
	cell, err := c.cell(parts[0], parts[1], parts[2], parts[4], parts[3], string(parts[5]) == "1")
	if err == nil {
		c.named[string(text)] = cell
	}
	return cell, err
}

// employer returns the place of an employer; that of "" is 0.
func (c *codes) employer(id []byte) (employerPlace, error) {
	if len(id) == 0 {
		return employerPlace{}, nil
	}
	of, known := c.employers[string(id)]
	if !known {
		return of, fmt.Errorf("%w: a row names the employer %q, who is nowhere", sqlite.ErrCorrupt, id)
	}
	return of, nil
}

// texts returns the codes of a cell but its outcome, in the order of the rollups' dimensions.
func (c *codes) texts(cell uint64) []string {
	synthetic := "0"
	if cell>>c.mark()&1 != 0 {
		synthetic = "1"
	}
	return []string{c.regions.in(cell), synthetic, c.nationalities.in(cell), c.industries.in(cell), c.sources.in(cell)}
}

func (l *codeList) in(cell uint64) string {
	return l.codes[cell>>l.shift&(1<<bits.Len(uint(len(l.codes)))-1)]
}
