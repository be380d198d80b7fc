package receipts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// mostFigures is how many values of an answer a receipt's page shows.
const mostFigures = 3000

// Figure is a part of an answer as a page lays it out: a value, fields by their names, a list, or a table, which is a
// list whose items have the same fields.
type Figure struct {
	Name   string
	Text   string // of a value; "" where it is null or empty
	Fields []Figure
	Items  []Figure
	Header []string // of a table, whose rows are Items
	Cut    bool     // whether the rest of the answer is left out
}

// LayOut reads an answer's data, in the order of its fields.
func LayOut(data json.RawMessage) (Figure, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	left := mostFigures
	f, err := readFigure(decoder, &left)
	if err != nil {
		return f, fmt.Errorf("lay out the answer: %w", err)
	}
	f.Cut = left <= 0
	return f, nil
}

func readFigure(decoder *json.Decoder, left *int) (f Figure, err error) {
	token, err := decoder.Token()
	if err != nil {
		return f, err
	}
	open, isOpen := token.(json.Delim)
	if !isOpen {
		*left--
		if token != nil {
			f.Text = fmt.Sprint(token)
		}
		return f, nil
	}
	for decoder.More() {
		part, name := Figure{}, ""
		if open == '{' {
			key, err := decoder.Token()
			if err != nil {
				return f, err
			}
			name, _ = key.(string)
		}
		if part, err = readFigure(decoder, left); err != nil {
			return f, err
		}
		part.Name = name
		switch {
		case *left <= 0: // what is beyond is read and not shown
		case open == '{':
			f.Fields = append(f.Fields, part)
		default:
			f.Items = append(f.Items, part)
		}
	}
	_, err = decoder.Token()
	f.Header = headerOf(f.Items)
	return f, err
}

// headerOf returns the names of the fields that all items of a list have; nil where they are not the same.
func headerOf(items []Figure) []string {
	var header []string
	for i, item := range items {
		var names []string
		for _, f := range item.Fields {
			names = append(names, f.Name)
		}
		if i == 0 {
			header = names
		}
		if !slices.Equal(header, names) {
			return nil
		}
	}
	return header
}
