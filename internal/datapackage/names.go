package datapackage

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode"
)

// fold brings a name of a file, table or column to the form that tables have: small letters, words joined by _, without
// the blanks and invisible characters that spreadsheets and browsers leave in names.
func fold(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Cf, unicode.Cc):
			return -1
		case r == '-' || r == '.' || unicode.IsSpace(r):
			return '_'
		}
		return unicode.ToLower(r)
	}, strings.TrimFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.In(r, unicode.Cf) }))
	return strings.Trim(name, "_")
}

// nearTable returns the table that a name is nearly that of, such as permits for "permits (1)", "permits-2017" and
// "copy of permits": the longest table name that stands in it as words of its own. "" where it is like none.
func nearTable(name string) (near string) {
	words := "_" + strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return '_'
	}, fold(name)) + "_"
	for _, t := range Tables {
		if strings.Contains(words, "_"+t.Name+"_") && len(t.Name) > len(near) {
			near = t.Name
		}
	}
	return near
}

// nearColumn returns the column that a name is nearly that of, such as wage_monthly for wage_montly, among those that a
// header lacks; "" where it is like none.
func (t Table) nearColumn(name string, lacks func(column string) bool) string {
	for _, c := range t.Columns {
		if n := len(c.Name); n >= 6 && lacks(c.Name) && distance(fold(name), c.Name) <= 1+n/9 {
			return c.Name
		}
	}
	return ""
}

// distance counts the letters that must be changed, added or taken away to make one word of another.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, letter := range from {
		before := row[0]
		row[0] = i + 1
		for j, other := range to {
			change := before
			if letter != other {
				change++
			}
			before, row[j+1] = row[j+1], min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(to)]
}

// table finds the resource's table by its name, else by that of its file. A name that is written in another way, such
// as Permits or region-parents, is taken with a notice; one that is only nearly a table's is a fault, since leaving the
// file out would publish less than was meant.
func (r *resource) table(paths []string) (t Table, notice string, err error) {
	names := []string{r.Name}
	if len(paths) > 0 && !r.alone {
		file := path.Base(paths[0])
		file = strings.TrimSuffix(file, ".gz")
		names = append(names, strings.TrimSuffix(file, path.Ext(file)))
	}
	for _, name := range names {
		if t, known := TableByName(name); known {
			return t, "", nil
		}
	}
	if len(paths) > 0 && isGeoJSON(paths[0]) {
		t, _ = TableByName(boundariesTable)
		return t, fmt.Sprintf("%s was read as the table %s, being GeoJSON", quote(paths[0]), t.Name), nil
	}
	for _, name := range names {
		if t, known := TableByName(fold(name)); known {
			return t, fmt.Sprintf("%s was read as the table %s", quote(name), t.Name), nil
		}
	}
	for _, name := range names {
		if near := nearTable(name); near != "" {
			return t, "", fmt.Errorf("expected the name of a table, found %s: name the resource %s, or list the file among "+
				"the paths of the one that is", quote(name), near)
		}
	}
	return t, "", errUnknownTable
}

var errUnknownTable = errors.New("none of the known tables")
