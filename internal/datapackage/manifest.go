package datapackage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"homebound/internal/confidential"
	"homebound/internal/labour"
)

// Manifest is what a package says of itself in datapackage.json.
type Manifest struct {
	Name        string // short, for machines
	Title       string
	Note        string
	DataThrough *labour.Date // last day that the register covers; nil where the rows tell
	Currency    string       // ISO 4217 code that money is given in, "" for the default
	Gates       []labour.Gate

	Confidential int // the size that masking of real rows protects; 0 masks nothing

	LocalLanguage string // BCP 47 code of the language of name_local, "" where nothing tells
}

const manifestName = "datapackage.json"

// descriptor is the part of datapackage.json that is read; other fields are free.
type descriptor struct {
	Name      string          `json:"name"`
	Title     string          `json:"title"`
	Resources []resource      `json:"resources"`
	Homebound json.RawMessage `json:"homebound"` // decoded strictly by settings
}

type homebound struct {
	Note        string `json:"note,omitempty"`
	DataThrough string `json:"dataThrough,omitempty"`
	Currency    string `json:"currency,omitempty"`
	Gates       []gate `json:"gates,omitempty"`

	LocalLanguage string `json:"localLanguage,omitempty"`

	Confidential  int              `json:"confidential,omitempty"`
	SuppressBelow *json.RawMessage `json:"suppressBelow,omitempty"` // refused with the name of its successor
}

type gate struct {
	Name    string   `json:"name"`
	Table   string   `json:"table"`
	AtLeast *float64 `json:"atLeast,omitempty"`
	AtMost  *float64 `json:"atMost,omitempty"`
}

type resource struct {
	Name        string          `json:"name"`
	Path        any             `json:"path"` // a text or a list of them
	Encoding    string          `json:"encoding"`
	Compression string          `json:"compression"`
	Dialect     json.RawMessage `json:"dialect"` // an object, or the path of a file that holds it
	Schema      json.RawMessage `json:"schema"`  // likewise
	Layout      json.RawMessage `json:"layout"`  // of Frictionless before Data Package 2; refused
	Control     json.RawMessage `json:"control"` // likewise
	Bytes       *int64          `json:"bytes"`   // of all its files together
	Hash        string          `json:"hash"`    // of the same, in hex: MD5, or another algorithm that is named before a colon

	dialect dialect     // of Dialect
	schema  tableSchema // of Schema
	mapping *tableMapping
	alone   bool // a sheet of a workbook that came without a descriptor
}

// parseDescriptor reads the JSON text. A fault of form is told with its line and column.
func parseDescriptor(text []byte, mapped bool) (descriptor, error) {
	var d descriptor
	text = bytes.TrimPrefix(text, byteOrderMark)
	if !utf8.Valid(text) {
		return d, fmt.Errorf("%s: expected text in UTF-8, found bytes of another encoding", manifestName)
	}
	err := json.Unmarshal(text, &d)
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return d, fmt.Errorf("%s: expected JSON, found a fault of form: %w", jsonPosition(text, syntax.Offset), err)
	case errors.As(err, &mismatch):
		return d, fmt.Errorf("%s: expected another kind of value for %s, found a JSON %s",
			jsonPosition(text, mismatch.Offset), orWhole(mismatch.Field), mismatch.Value)
	case err != nil:
		return d, fmt.Errorf("%s: %w", manifestName, err)
	case len(d.Resources) == 0 && !mapped:
		return d, fmt.Errorf("%s: expected a list of resources that names the package's files, found none",
			manifestName)
	}
	return d, nil
}

// settings reads the block homebound. It refuses a setting that there is not: one that is misspelt would be left aside
// without a word, and what it should protect with it.
func (d descriptor) settings() (known homebound, err error) {
	if d.Homebound == nil {
		return known, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(d.Homebound))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(&known)
	var mismatch *json.UnmarshalTypeError
	field, unknown := "", false
	if err != nil {
		field, unknown = strings.CutPrefix(err.Error(), "json: unknown field ")
	}
	switch {
	case unknown:
		return known, fmt.Errorf("%s: homebound: expected settings among note, dataThrough, currency, localLanguage, confidential and gates "+
			"(name, table, atLeast, atMost), found %s", manifestName, field)
	case errors.As(err, &mismatch):
		return known, fmt.Errorf("%s: expected another kind of value for homebound.%s, found a JSON %s", manifestName,
			mismatch.Field, mismatch.Value)
	case err != nil:
		return known, fmt.Errorf("%s: homebound: %w", manifestName, err)
	}
	return known, nil
}

// jsonPosition returns the place of the byte before an offset, at which encoding/json noticed the fault.
func jsonPosition(text []byte, offset int64) Position {
	before := text[:max(0, min(int(offset), len(text))-1)]
	start := bytes.LastIndexByte(before, '\n') + 1
	return Position{manifestName, bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1}
}

func orWhole(field string) string {
	if field == "" {
		return "the whole"
	}
	return field
}

// manifest checks the block homebound and gives it with the rest. The error tells all faults, one a line.
func (d descriptor) manifest() (Manifest, error) {
	own, err := d.settings()
	if err != nil {
		return Manifest{}, err
	}
	m := Manifest{Name: d.Name, Title: d.Title, Note: own.Note, Currency: own.Currency, Confidential: own.Confidential,
		LocalLanguage: own.LocalLanguage}
	var faults []error
	fault := func(field, format string, args ...any) {
		faults = append(faults, fmt.Errorf(manifestName+": homebound."+field+": "+format, args...))
	}
	if text := own.DataThrough; text != "" {
		if day, err := labour.ParseDate(text); err != nil {
			fault("dataThrough", "%w", err)
		} else {
			m.DataThrough = &day
		}
	}
	if m.Currency != "" && !capitals(m.Currency, 3) {
		fault("currency", "expected a currency code of three capital letters such as RUB, found %s", quote(m.Currency))
	}
	if tag, err := language.Parse(m.LocalLanguage); m.LocalLanguage != "" && (err != nil || tag.String() != m.LocalLanguage) {
		fault("localLanguage", "expected the code of a language by BCP 47 such as ru or pt-BR, found %s", quote(m.LocalLanguage))
	}
	if own.SuppressBelow != nil {
		fault("suppressBelow", "is gone: use confidential, which masks the rows of few (docs/PRIVACY.md)")
	}
	if m.Confidential != 0 {
		if err := confidential.CheckK(m.Confidential); err != nil {
			faults = append(faults, fmt.Errorf(manifestName+": homebound.%w", err))
		}
	}
	for i, g := range own.Gates {
		field := fmt.Sprintf("gates[%d]", i)
		if g.Name == "" {
			fault(field+".name", "expected a name, found none")
		}
		if _, ok := TableByName(g.Table); !ok {
			fault(field+".table", "expected %s, found %s", oneOf(tableNames()), quote(g.Table))
		}
		switch {
		case g.AtLeast == nil && g.AtMost == nil:
			fault(field, "expected atLeast, atMost or both, found neither")
		case g.AtLeast != nil && g.AtMost != nil && *g.AtLeast > *g.AtMost:
			fault(field, "expected an atMost of at least %s, which is atLeast, found %s",
				AppendValue(nil, *g.AtLeast), AppendValue(nil, *g.AtMost))
		}
		m.Gates = append(m.Gates, labour.Gate{Name: g.Name, Table: g.Table, AtLeast: g.AtLeast, AtMost: g.AtMost})
	}
	return m, errors.Join(faults...)
}

// paths returns the files of the resource.
func (r *resource) paths() ([]string, error) {
	const want = "expected path to be a text or a list of texts"
	switch p := r.Path.(type) {
	case string:
		return []string{p}, nil
	case []any:
		var paths []string
		for _, element := range p {
			text, ok := element.(string)
			if !ok {
				return nil, fmt.Errorf("%s, found %v in the list", want, element)
			}
			paths = append(paths, text)
		}
		if len(paths) > 0 {
			return paths, nil
		}
		return nil, errors.New(want + ", found an empty list")
	case nil:
		return nil, errors.New(want + ", found none")
	}
	return nil, fmt.Errorf("%s, found %v", want, r.Path)
}

// label names the i-th resource in a message.
func (r *resource) label(i int) string {
	if r.Name == "" {
		return fmt.Sprintf("resources[%d]", i)
	}
	return "the resource " + quote(r.Name)
}

// check reads the dialect and the schema, and refuses what is not done for a file.
func (r *resource) check(fsys fs.FS, t Table) error {
	var faults []error
	if r.Encoding != "" {
		_, err := encodingNamed(r.Encoding)
		faults = append(faults, err)
	}
	if r.Compression != "" && r.Compression != "gz" {
		faults = append(faults, fmt.Errorf("expected the compression gz or none, found %s", quote(r.Compression)))
	}
	if r.Layout != nil || r.Control != nil {
		faults = append(faults, errors.New("expected a dialect in place of layout and control, found these"))
	}
	if err := readPart(fsys, r.Dialect, "dialect", &r.dialect); err != nil {
		faults = append(faults, err)
	} else {
		faults = append(faults, r.dialect.check())
	}
	if err := readPart(fsys, r.Schema, "schema", &r.schema); err != nil {
		faults = append(faults, err)
	} else {
		_, err := r.schema.forms(t, r.dialect)
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// homebound returns the manifest in the form that is written.
func (m Manifest) homebound() (homebound, error) {
	h := homebound{Note: m.Note, Currency: m.Currency, LocalLanguage: m.LocalLanguage, Confidential: m.Confidential}
	if m.DataThrough != nil {
		h.DataThrough = m.DataThrough.String()
	}
	for _, g := range m.Gates {
		for _, bound := range []*float64{g.AtLeast, g.AtMost} {
			if bound != nil && (math.IsNaN(*bound) || math.IsInf(*bound, 0)) {
				return h, fmt.Errorf("gate %s: expected a finite bound, found %v", quote(g.Name), *bound)
			}
		}
		h.Gates = append(h.Gates, gate{g.Name, g.Table, g.AtLeast, g.AtMost})
	}
	return h, nil
}
