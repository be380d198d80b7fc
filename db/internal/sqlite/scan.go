package sqlite

import (
	"database/sql"
	"fmt"
	"strconv"

	"homebound/internal/labour"
)

// Date reads a day from its text into d: labour.NoDate where there is none.
func Date(d *labour.Date) sql.Scanner { return dateScanner{d} }

// OptionalDate reads a day, or nil where there is none (” in a key, else NULL).
func OptionalDate(d **labour.Date) sql.Scanner { return optionalDateScanner{d} }

// Text reads text, or "" where there is NULL.
func Text[T ~string](s *T) sql.Scanner { return textScanner[T]{s} }

type dateScanner struct{ into *labour.Date }

func (s dateScanner) Scan(value any) error {
	if value == nil || value == "" {
		*s.into = labour.NoDate
		return nil
	}
	var shown string
	switch v := value.(type) {
	case string:
		shown = v
	case []byte:
		shown = string(v)
	default:
		return fmt.Errorf("expected a date, found %T", value)
	}
	d, err := labour.ParseDate(shown)
	*s.into = d
	return err
}

type optionalDateScanner struct{ into **labour.Date }

func (s optionalDateScanner) Scan(value any) error {
	if value == nil || value == "" {
		*s.into = nil
		return nil
	}
	var d labour.Date
	if err := Date(&d).Scan(value); err != nil {
		return err
	}
	*s.into = &d
	return nil
}

type textScanner[T ~string] struct{ into *T }

func (s textScanner[T]) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*s.into = ""
	case string:
		*s.into = T(v)
	case []byte:
		*s.into = T(v)
	case int64: // a mark, which is grouped by like a code
		*s.into = T(strconv.FormatInt(v, 10))
	default:
		return fmt.Errorf("expected text, found %T", value)
	}
	return nil
}

// Precision reads which days of a row are known roughly.
func Precision(p *[]labour.Precision) sql.Scanner { return precisionScanner{p} }

type precisionScanner struct{ into *[]labour.Precision }

func (s precisionScanner) Scan(value any) error {
	var text string
	err := Text(&text).Scan(value)
	if err == nil {
		*s.into, err = labour.ParsePrecision(text)
	}
	return err
}

// ScanMembership reads code, parent_code, valid_from and valid_to.
func ScanMembership(rows *sql.Rows) (labour.Membership, error) { return ScanMembershipAnd(rows) }

// ScanMembershipAnd is ScanMembership for a row that goes on with more columns.
func ScanMembershipAnd(rows *sql.Rows, more ...any) (labour.Membership, error) {
	var m labour.Membership
	err := rows.Scan(append([]any{&m.Code, &m.Parent, OptionalDate(&m.ValidFrom), OptionalDate(&m.ValidTo)},
		more...)...)
	return m, err
}
