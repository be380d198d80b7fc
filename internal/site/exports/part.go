package exports

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"homebound/internal/labour"
	"homebound/internal/site/port"
)

// partParameters are those of every export: which of its rows, and how a spreadsheet is told that a CSV is UTF-8.
var partParameters = port.MustDocument(`query Part($first: Int, $offset: Int, $bom: Boolean) { __typename }`)

// part is what of a table is asked for.
type part struct {
	first  int // rows; -1: all
	offset int // rows before the first
	bom    bool
}

// byteOrderMark is what Excel knows UTF-8 by.
const byteOrderMark = "\uFEFF"

// cutPart takes the parameters of a part out of those of a document.
func cutPart(variables port.Variables, extension string) (part, error) {
	p := part{first: -1}
	for name, into := range map[string]*int{"first": &p.first, "offset": &p.offset} {
		if n, given := variables[name].(int64); given {
			if n < 0 {
				return p, labour.Faultf(labour.BadUserInput, "Expected for %s a number of rows, 0 or more, found %d.", name, n)
			}
			*into = int(n)
		}
		delete(variables, name)
	}
	p.bom, _ = variables["bom"].(bool)
	delete(variables, "bom")
	if p.bom && extension != "csv" {
		return p, labour.Faultf(labour.BadUserInput,
			"Expected bom with csv alone, whose readers may need it, found it with %s.", extension)
	}
	return p, nil
}

// readable writes bom=1 as the contract's Boolean.
func readable(values url.Values) {
	for one, as := range map[string]string{"1": "true", "0": "false"} {
		if len(values["bom"]) == 1 && values.Get("bom") == one {
			values.Set("bom", as)
		}
	}
}

// errEnough ends the reading of rows after the last that is asked for.
var errEnough = errors.New("no more rows are asked for")

// narrow leaves of an export that is open the rows that are asked for. Those before them are read and paid for, too.
func (x *extract) narrow() {
	if x.first < 0 && x.offset == 0 {
		return
	}
	total, each := x.rows, x.each
	before := min(x.offset, total)
	if x.rows = total - before; x.first >= 0 {
		x.rows = min(x.rows, x.first)
	}
	x.more = before+x.rows < total
	last := before + x.rows
	x.cost = x.cost * last / max(1, total)
	x.each = func(ctx context.Context, yield func([]any) error) error {
		if last == before {
			return nil
		}
		at := 0
		err := each(ctx, func(row []any) error {
			if at++; at <= before {
				return nil
			}
			if err := yield(row); err != nil {
				return err
			}
			if at == last {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	}
}

// next returns the address of the rows behind those that are asked for, relative to theirs (RFC 8288); "" where there
// are none.
func (x *extract) next() string {
	if !x.more || x.first == 0 {
		return ""
	}
	values := url.Values{}
	for name, list := range x.query {
		values[name] = list
	}
	values.Set("offset", strconv.Itoa(x.offset+x.first))
	if x.bom {
		values.Set("bom", "1")
	}
	return "<?" + values.Encode() + `>; rel="next"`
}
