package table

import (
	"encoding/json"
	"time"
)

// about returns what stands in a file about its table, for formats that have a place for names and texts: title,
// description and written, the Facts, and as columns the Columns in JSON. pandas makes a DataFrame's attrs of
// PANDAS_ATTRS.
func about(columns []Column, meta Meta) []Fact {
	described, err := json.Marshal(columns)
	if err != nil {
		panic("table: " + err.Error()) // which texts alone cannot bring about
	}
	facts := []Fact{{"title", meta.Title}, {"description", meta.Description},
		{"written", meta.Written.UTC().Format(time.RFC3339)}}
	facts = append(facts, meta.Facts...)
	attrs := map[string]any{"columns": json.RawMessage(described)}
	for _, f := range facts {
		attrs[f.Name] = f.Value
	}
	forPandas, err := json.Marshal(attrs)
	if err != nil {
		panic("table: " + err.Error())
	}
	return append(facts, Fact{"columns", string(described)}, Fact{"PANDAS_ATTRS", string(forPandas)})
}

// pandasType is how pandas itself would describe a column of a kind.
var pandasType = map[Kind]struct{ logical, physical string }{
	Text: {"unicode", "object"}, Whole: {"int64", "Int64"}, Number: {"float64", "float64"}, Bool: {"bool", "boolean"},
	Day: {"date", "object"}, Moment: {"datetimetz", "datetime64[ns]"},
}

// aboutTyped adds to about how pandas is to read the columns: it would make floating-point numbers of whole numbers of
// which some are not known, and objects of such truths.
func aboutTyped(columns []Column, meta Meta) []Fact {
	return append(about(columns, meta), Fact{"pandas", pandasTypes(columns)})
}

// pandasTypes returns what pandas writes into its own files to read its columns back as they were.
func pandasTypes(columns []Column) string {
	type column struct {
		Name     string            `json:"name"`
		Field    string            `json:"field_name"`
		Logical  string            `json:"pandas_type"`
		Physical string            `json:"numpy_type"`
		Metadata map[string]string `json:"metadata"`
	}
	var list []column
	for _, c := range columns {
		of := column{c.Name, c.Name, pandasType[c.Kind].logical, pandasType[c.Kind].physical, nil}
		if c.Kind == Moment {
			of.Metadata = map[string]string{"timezone": "UTC"}
		}
		list = append(list, of)
	}
	text, err := json.Marshal(map[string]any{
		"index_columns": []any{}, "column_indexes": []any{}, "columns": list, "pandas_version": "2.2.0",
	})
	if err != nil {
		panic("table: " + err.Error())
	}
	return string(text)
}
