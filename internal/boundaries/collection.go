package boundaries

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Feature is a member of a collection.
type Feature struct {
	Line       int               // of its file, from 1
	Properties map[string]string // texts, numbers and truth values; others are left out
	Shape      Shape             // nil where Fault says why
	Fault      string            // why its geometry is no outline: what was expected and what was found
}

// ReadCollection reads a FeatureCollection. Features are read with their faults; the error says what is wrong with the
// whole.
func ReadCollection(text []byte) ([]Feature, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.New(wantCollection + ", found no JSON object")
	}
	var features []Feature
	var kind string
	listed := false
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, formFault(text, decoder, err)
		}
		switch name {
		case "type":
			err = decoder.Decode(&kind)
		case "features":
			listed = true
			features, err = readFeatures(text, decoder)
		case "crs":
			err = readSystem(decoder)
		default:
			err = decoder.Decode(&json.RawMessage{})
		}
		if err != nil {
			return nil, formFault(text, decoder, err)
		}
	}
	if _, err := decoder.Token(); err != nil {
		return nil, formFault(text, decoder, err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("line %d: expected the end after the collection, found more", lineAt(text, decoder))
	}
	switch {
	case kind != "FeatureCollection":
		return nil, fmt.Errorf("%s, found %s", wantCollection, typeFound(kind))
	case !listed:
		return nil, errors.New(wantCollection + ", found one without features")
	}
	return features, nil
}

const wantCollection = "expected a FeatureCollection of GeoJSON (RFC 7946)"

func typeFound(kind string) string {
	switch kind {
	case "":
		return "an object without a type"
	case "Topology":
		return "a Topology: convert TopoJSON to GeoJSON"
	}
	return "a " + shown(kind)
}

func readFeatures(text []byte, decoder *json.Decoder) ([]Feature, error) {
	if token, err := decoder.Token(); err != nil {
		return nil, err
	} else if token != json.Delim('[') {
		return nil, errors.New("expected features as a list, found another value")
	}
	var features []Feature
	line, at := 1, 0
	for decoder.More() {
		begin := int(decoder.InputOffset())
		begin += len(text[begin:]) - len(bytes.TrimLeft(text[begin:], ", \t\r\n"))
		line, at = line+bytes.Count(text[at:begin], []byte("\n")), begin
		var raw struct {
			Type       string          `json:"type"`
			ID         any             `json:"id"`
			Properties map[string]any  `json:"properties"`
			Geometry   json.RawMessage `json:"geometry"`
		}
		if err := decoder.Decode(&raw); err != nil {
			return nil, err
		}
		f := Feature{Line: line, Properties: map[string]string{}}
		for name, value := range raw.Properties {
			if word, is := scalar(value); is {
				f.Properties[name] = word
			}
		}
		if word, is := scalar(raw.ID); is && f.Properties["id"] == "" {
			f.Properties["id"] = word
		}
		var err error
		if raw.Type != "Feature" {
			err = errors.New("expected a Feature, found " + typeFound(raw.Type))
		} else {
			f.Shape, err = Parse(raw.Geometry)
		}
		if err != nil {
			f.Shape, f.Fault = nil, err.Error()
		}
		features = append(features, f)
	}
	_, err := decoder.Token()
	return features, err
}

func scalar(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// readSystem refuses coordinates of another system than that of RFC 7946, as GeoJSON before it could name one.
func readSystem(decoder *json.Decoder) error {
	var crs *struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	}
	if err := decoder.Decode(&crs); err != nil {
		return err
	}
	if crs == nil {
		return nil
	}
	name := strings.ToUpper(crs.Properties.Name)
	if slices.ContainsFunc([]string{"CRS84", "EPSG:4326", "EPSG::4326"}, func(end string) bool {
		return strings.HasSuffix(name, end)
	}) {
		return nil
	}
	return fmt.Errorf("expected coordinates in degrees of WGS 84, found the system %s", shown(crs.Properties.Name))
}

// formFault tells a fault of form with its line.
func formFault(text []byte, decoder *json.Decoder, err error) error {
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	line := lineAt(text, decoder)
	switch {
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("line %d: expected JSON, found a fault of form: %w", line, err)
	case errors.As(err, &mismatch):
		return fmt.Errorf("line %d: expected another kind of value for %s, found a JSON %s", line, mismatch.Field,
			mismatch.Value)
	}
	return err
}

func lineAt(text []byte, decoder *json.Decoder) int {
	return 1 + bytes.Count(text[:min(int(decoder.InputOffset()), len(text))], []byte("\n"))
}
