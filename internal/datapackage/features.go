package datapackage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"homebound/internal/boundaries"
)

// A file of GeoJSON is read as a table: a row for each feature, with its properties as columns and its outline,
// simplified, as geometry. So rows of it are checked, rejected and told like all others.

// features are those of a file.
type features struct {
	text   []byte   // CSV of them
	lines  []int    // of the file, on which each begins
	faults []string // why the geometry of each is no outline, "" where it is one
}

const (
	maxFeatureBytes = 64 << 20
	// What a map of 1,200 pixels shows; more where there are very many regions.
	mostPoints, pointsEach = 10_000, 40
	geometryColumn         = "geometry"
	boundariesTable        = "boundaries"
)

// isGeoJSON reports whether a file is GeoJSON, by its name.
func isGeoJSON(name string) bool {
	return path.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")) == ".geojson"
}

// openFeatures makes a part that of the features in its file. Where a mapping says what the columns are, it may name any
// property; else one of region_code and code is the region's.
func (p *part) openFeatures(fsys fs.FS, m *tableMapping) error {
	in, err := p.raw(fsys)
	if err != nil {
		return err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxFeatureBytes+1))
	if err != nil {
		return unreadable(p.path, err)
	}
	if len(text) > maxFeatureBytes {
		return fmt.Errorf("%s: expected boundaries of at most %d MiB, found more: simplify them first", p.path,
			maxFeatureBytes>>20)
	}
	read, err := boundaries.ReadCollection(text)
	if err == nil && len(read) == 0 {
		err = errors.New("expected a feature for each region, found none")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	simplify(read)
	p.features = &features{}
	return p.features.fill(p.path, read, m)
}

func simplify(read []boundaries.Feature) {
	var shapes []boundaries.Shape
	for _, f := range read {
		if f.Shape != nil {
			shapes = append(shapes, f.Shape)
		}
	}
	shapes = boundaries.Simplify(shapes, max(mostPoints, pointsEach*len(shapes)))
	for i := range read {
		if read[i].Shape != nil {
			read[i].Shape, shapes = shapes[0], shapes[1:]
		}
	}
}

func (f *features) fill(file string, read []boundaries.Feature, m *tableMapping) error {
	known := map[string]bool{}
	for _, one := range read {
		for name := range one.Properties {
			known[name] = true
		}
	}
	names := slices.Sorted(maps.Keys(known))
	columns := names
	if m == nil {
		code := slices.IndexFunc([]string{"region_code", "code"}, func(name string) bool { return known[name] })
		if code < 0 {
			return fmt.Errorf("%s: expected a property region_code or code, which says whose boundary a feature is, "+
				"found %s: rename the one that does, or name it in %s", file, properties(names), mappingName)
		}
		columns = []string{[]string{"region_code", "code"}[code]}
	} else if m.Columns[geometryColumn] == nil && m.Columns != nil {
		m.Columns[geometryColumn] = &columnRule{From: geometryColumn}
	}
	for i, name := range append(slices.Clone(columns), geometryColumn) {
		if m == nil && i == 0 {
			name = "region_code"
		}
		f.text = appendCell(f.text, i, []byte(name))
	}
	f.text = append(f.text, '\n')
	for _, one := range read {
		f.add(one, columns)
	}
	return nil
}

// add writes a feature as one line.
func (f *features) add(one boundaries.Feature, columns []string) {
	for i, name := range columns {
		value := strings.NewReplacer("\r", " ", "\n", " ").Replace(one.Properties[name])
		f.text = appendCell(f.text, i, []byte(value))
	}
	shape := "null"
	if one.Shape != nil {
		shape = one.Shape.Geometry()
	}
	f.text = append(appendCell(f.text, len(columns), []byte(shape)), '\n')
	f.lines, f.faults = append(f.lines, one.Line), append(f.faults, one.Fault)
}

func properties(names []string) string {
	if len(names) == 0 {
		return "no property"
	}
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}

// line returns the line of the file on which the feature begins that stands on a line of the text.
func (f *features) line(at int) int {
	if i := at - 2; 0 <= i && i < len(f.lines) {
		return f.lines[i]
	}
	return 1
}

// fault says why the feature on a line of the text has no outline, or "".
func (f *features) fault(at int) string {
	if i := at - 2; 0 <= i && i < len(f.faults) {
		return f.faults[i]
	}
	return ""
}

// open reads the text.
func (f *features) open() *openText {
	return &openText{Reader: bytes.NewReader(f.text), file: io.NopCloser(nil)}
}

const collectionBegin, collectionEnd = `{"type":"FeatureCollection","features":[`, "\n]}\n"

// writeFeature writes a row of boundaries as a feature.
func (t *TableWriter) writeFeature(values []any) error {
	code, err := json.Marshal(values[0])
	if err != nil {
		return err
	}
	if t.count++; t.count > 1 {
		t.row = append(t.row, ',')
	}
	t.row = fmt.Appendf(t.row, "\n"+`{"type":"Feature","properties":{"region_code":%s},"geometry":%s}`, code, values[1])
	_, err = t.out.Write(t.row)
	t.row = t.row[:0]
	return err
}
