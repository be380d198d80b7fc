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
