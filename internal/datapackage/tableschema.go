package datapackage

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// tableSchema says how the values of a file are written, as Data Package v1 and v2 describe it. A key that is not
// listed here is refused.
type tableSchema struct {
	Fields        []fieldSchema   `json:"fields"`
	MissingValues []missingValue  `json:"missingValues"`
	PrimaryKey    textList        `json:"primaryKey"`
	UniqueKeys    []textList      `json:"uniqueKeys"`
	ForeignKeys   []foreignSchema `json:"foreignKeys"`
	FieldsMatch   json.RawMessage `json:"fieldsMatch"` // columns are found by their names, in any order
	described
}

type fieldSchema struct {
	Name          string          `json:"name"`
	Type          string          `json:"type"`
	Format        string          `json:"format"`
	MissingValues []missingValue  `json:"missingValues"`
	DecimalChar   *string         `json:"decimalChar"`
	GroupChar     *string         `json:"groupChar"`
	BareNumber    *bool           `json:"bareNumber"`
	TrueValues    []string        `json:"trueValues"`
	FalseValues   []string        `json:"falseValues"`
	Constraints   fieldLimits     `json:"constraints"`
	Title         json.RawMessage `json:"title"`
	Description   json.RawMessage `json:"description"`
	Example       json.RawMessage `json:"example"`
	Examples      json.RawMessage `json:"examples"`
	RDFType       json.RawMessage `json:"rdfType"`
}

type fieldLimits struct {
	Required         bool             `json:"required"`
	Unique           bool             `json:"unique"`
	Pattern          string           `json:"pattern"`
	Enum             []any            `json:"enum"`
	Minimum          any              `json:"minimum"`
	Maximum          any              `json:"maximum"`
	ExclusiveMinimum any              `json:"exclusiveMinimum"`
	ExclusiveMaximum any              `json:"exclusiveMaximum"`
	MinLength        *int             `json:"minLength"`
	MaxLength        *int             `json:"maxLength"`
	JSONSchema       *json.RawMessage `json:"jsonSchema"`
}

type foreignSchema struct {
	Fields    textList `json:"fields"`
	Reference struct {
		Resource string   `json:"resource"`
		Fields   textList `json:"fields"`
	} `json:"reference"`
}

// missingValue is a text that means no value: by itself, or with a label for people.
type missingValue string

// UnmarshalJSON reads a text, or an object with value and label.
func (m *missingValue) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		var labelled struct{ Value, Label *string }
		if err := json.Unmarshal(raw, &labelled); err != nil || labelled.Value == nil {
			return fmt.Errorf("expected missingValues to be texts, or objects with value and label, found %s", raw)
		}
		text = *labelled.Value
	}
	*m = missingValue(text)
	return nil
}

// textList is a text or a list of texts.
type textList []string

// UnmarshalJSON reads either.
func (l *textList) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*l = textList{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(l))
}

// forms returns, for each column of the table, how the schema says that its values are written. The error tells all
// that it asks for and is not done.
func (s tableSchema) forms(t Table, d dialect) ([]cellForm, error) {
	forms := make([]cellForm, len(t.Columns))
	for i := range forms {
		f := &forms[i]
		f.trim = d.SkipInitialSpace
		f.isMissing(s.MissingValues...)
		if d.NullSequence != nil {
			f.isMissing(missingValue(*d.NullSequence))
		}
	}
	var faults []error
	for _, field := range s.Fields {
		at := t.index(field.Name)
		if at < 0 {
			at = t.index(fold(field.Name))
		}
		if at < 0 {
			continue // a column that is left out
		}
		if err := field.into(&forms[at], &t.Columns[at], t); err != nil {
			faults = append(faults, prefixed("schema: "+field.Name+": ", err))
		}
	}
	return forms, errors.Join(append(faults, s.checkKeys(t))...)
}

// into adds what the field says to the form of its column.
func (s fieldSchema) into(f *cellForm, c *Column, t Table) error {
	if s.MissingValues != nil {
		f.missing = nil // those of a field go before those of the schema
		f.isMissing(s.MissingValues...)
	}
	var faults []error
	if c.Type == Whole || c.Type == Number {
		faults = append(faults, s.numbers(f))
	}
	if c.Type == Boolean && (s.TrueValues != nil || s.FalseValues != nil) {
		f.words = map[string]bool{}
		for value, texts := range map[bool][]string{true: orDefault(s.TrueValues, "true", "True", "TRUE", "1"),
			false: orDefault(s.FalseValues, "false", "False", "FALSE", "0")} {
			for _, text := range texts {
				if _, both := f.words[text]; both {
					faults = append(faults, fmt.Errorf("expected %s among trueValues or falseValues, found it in both", quote(text)))
				}
				f.words[text] = value
			}
		}
	}
	if c.Type == Date {
		faults = append(faults, s.dates(f))
	}
	return errors.Join(append(faults, s.Constraints.into(f, c, t))...)
}

func orDefault(texts []string, otherwise ...string) []string {
	if texts == nil {
		return otherwise
	}
	return texts
}

// numbers reads the characters of numbers.
func (s fieldSchema) numbers(f *cellForm) error {
	if s.BareNumber != nil && !*s.BareNumber {
		return errors.New("expected bareNumber to be true, found false: numbers stand without signs and units")
	}
	if s.DecimalChar == nil && s.GroupChar == nil {
		return nil
	}
	point, group := ".", orEmpty(s.GroupChar)
	switch {
	case s.DecimalChar != nil:
		point = *s.DecimalChar
	case group == ".":
		point = "," // what is written so has no other
	}
	if len([]rune(point)) != 1 || strings.ContainsAny(point, "0123456789-+eE") || point == group {
		return fmt.Errorf("expected decimalChar to be one character and another than groupChar, found %s and %s",
			quote(point), quote(group))
	}
	f.numbers = &numberForm{point: point, groups: []string{}}
	if group != "" {
		f.numbers.groups = []string{group}
		if group == " " {
			f.numbers.groups = blankGroups
		}
	}
	return nil
}

// dates reads the format of dates: "any" and "default" are those of ISO 8601, others are of strptime.
func (s fieldSchema) dates(f *cellForm) error {
	format := strings.TrimPrefix(s.Format, "fmt:")
	if format == "" || format == "default" || format == "any" {
		return nil
	}
	layout, err := layoutOf(format)
	f.dates = layout
	return err
}

// layoutOf turns a strptime format of a day into a layout of Go.
func layoutOf(format string) (string, error) {
	known := map[string]string{"%Y": "2006", "%m": "1", "%d": "2", "%b": "Jan", "%B": "January", "%y": "06", "%%": "%"}
	var layout strings.Builder
	seen := map[string]bool{}
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			layout.WriteByte(format[i])
			continue
		}
		directive := format[i:min(i+2, len(format))]
		i++
		if seen[directive] || known[directive] == "" {
			return "", fmt.Errorf("expected a format of %%Y, %%m and %%d such as %%d.%%m.%%Y, found %s", quote(format))
		}
		seen[directive] = true
		layout.WriteString(known[directive])
	}
	if !seen["%d"] || !seen["%Y"] && !seen["%y"] || !seen["%m"] && !seen["%b"] && !seen["%B"] {
		return "", fmt.Errorf("expected a format of %%Y, %%m and %%d such as %%d.%%m.%%Y, found %s", quote(format))
	}
	return layout.String(), nil
}

// checkKeys refuses keys that a package declares and nobody would check: those that Homebound checks are its own.
func (s tableSchema) checkKeys(t Table) error {
	var faults []error
	holdsKey := func(fields []string) bool {
		return !slices.ContainsFunc(t.Key, func(k string) bool { return !slices.Contains(fields, k) })
	}
	for _, key := range append([]textList{s.PrimaryKey}, s.UniqueKeys...) {
		if len(key) > 0 && !holdsKey(key) {
			faults = append(faults, fmt.Errorf("schema: expected a key that holds %s, by which rows of %s are told apart, found %s",
				strings.Join(t.Key, ", "), t.Name, strings.Join(key, ", ")))
		}
	}
	for _, f := range s.ForeignKeys {
		if !f.isChecked(t) {
			faults = append(faults, fmt.Errorf("schema: expected no foreignKeys but those that Homebound checks, found one from %s to %s of %s",
				strings.Join(f.Fields, ", "), strings.Join(f.Reference.Fields, ", "), quote(f.Reference.Resource)))
		}
	}
	return errors.Join(faults...)
}

// isChecked reports whether the import checks the same reference.
func (f foreignSchema) isChecked(t Table) bool {
	if len(f.Fields) != 1 || len(f.Reference.Fields) != 1 {
		return false
	}
	at, resource := t.index(fold(f.Fields[0])), fold(f.Reference.Resource)
	if resource == "" || resource == "self" {
		resource = t.Name
	}
	if at < 0 || t.Columns[at].Refers != resource {
		return false
	}
	other, known := TableByName(resource)
	return known && len(other.Key) == 1 && other.Key[0] == fold(f.Reference.Fields[0])
}
