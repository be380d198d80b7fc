package datapackage_test

import (
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"homebound/internal/datapackage"
)

// files is a package in memory: the text of each file by its path.
type files map[string]string

// fsys returns the files as a file system. Without a datapackage.json of their own they get one that names each CSV
// file.
func (f files) fsys(tb testing.TB) fs.FS {
	tb.Helper()
	fsys := fstest.MapFS{}
	type resource struct {
		Path string `json:"path"`
	}
	var resources []resource
	for name, text := range f {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
		if path.Ext(name) == ".csv" {
			resources = append(resources, resource{name})
		}
	}
	if fsys["datapackage.json"] == nil {
		slices.SortFunc(resources, func(a, b resource) int { return strings.Compare(a.Path, b.Path) })
		text, err := json.Marshal(map[string]any{"resources": resources})
		require.NoError(tb, err)
		fsys["datapackage.json"] = &fstest.MapFile{Data: text, Mode: 0o644}
	}
	return fsys
}

func mustOpenFS(tb testing.TB, fsys fs.FS) *datapackage.Package {
	tb.Helper()
	p, err := datapackage.OpenFS(tb.Context(), fsys, datapackage.Limits{})
	require.NoError(tb, err)
	return p
}

// row is what a test keeps of a record, which is used again for the next one.
type row struct {
	Number   int64
	Values   []any
	Faults   []string // position: message
	Warnings []string
	Raw      []string
	Offset   int64
}

func mustRead(tb testing.TB, f *datapackage.File) []row {
	tb.Helper()
	var rows []row
	for r, err := range f.Records(tb.Context()) {
		require.NoError(tb, err)
		rows = append(rows, row{r.Number, slices.Clone(r.Values), located(r, r.Faults), located(r, r.Warnings), r.Raw(), r.Offset()})
	}
	return rows
}

func located(r *datapackage.Record, faults []datapackage.Fault) []string {
	var texts []string
	for _, f := range faults {
		texts = append(texts, r.Position(f.Column).String()+": "+f.Message)
	}
	return texts
}

// table is the header and one good row of each table, for tests to change.
var tables = map[string][2]string{
	"sources":        {"id,title,publisher,url,published_on,kind,licence", "S1,Title,Publisher,https://example.org/1,2018-02-07,NEWS,CC0"},
	"countries":      {"code,name", "KP,North Korea"},
	"industries":     {"code,name_en,name_local", "F,Construction,Строительство"},
	"regions":        {"code,name_en,name_local,kind,currency", "RU-PRI,Primorsky Krai,Приморский край,SUBJECT,RUB"},
	"region_parents": {"code,parent_code,valid_from,valid_to", "RU-PRI,RU-FD-FE,2000-05-13,2030-12-31"},
	"boundaries":     {"region_code,geometry", `RU-PRI,"{""type"":""MultiPolygon"",""coordinates"":[[[[131,43],[132,43],[132,44],[131,43]]]]}"`},
	"indicators":     {"code,name,unit,definition", "GRP,Gross regional product,million RUB,At current prices."},
	"observations":   {"indicator,region_code,industry,nationality,from,to,value,unit,status,source_id,confidence,note,qualifier,value_high", "GRP,RU-PRI,F,KP,2017-01-01,2017-12-31,1.5,million RUB,NORMAL,S1,HIGH,n,BETWEEN,2000000"},
	"sanctions":      {"symbol,paragraph,title,adopted_on,deadline,nationalities,source_id", "S/RES/2397(2017),8,Title,2017-12-22,2019-12-22,KP,S1"},
	"claims":         {"id,topic,statement,speaker,speaker_role,made_on,operator,value_low,value_high,unit,from,to,region_code,industry,nationality,measure,source_id,confidence,note,repeats,disputes,per,compare_with,wage_basis", "C1,STOCK,Said,Speaker,Role,2018-02-07,BETWEEN,1,2,persons,2017-01-01,2017-12-31,RU,F,KP,WORKERS_PRESENT,S1,LOW,n,C2,C3,YEAR,AVG_WAGE,GROSS"},
	"obligations":    {"symbol,paragraph,kind,applies_from,deadline,half_way_on,grandfathered_before,exemptions,text,source_id", "S/RES/2397(2017),8,REPATRIATE,2017-12-22,2019-12-22,2018-12-22,2017-09-11,Some,Text,S1"},
	"member_state_reports": {
		"country_code,symbol,kind,due_on,submitted_on,un_document,baseline,baseline_on,repatriated,remaining,as_of,text,confidence,source_id,note",
		"PL,S/RES/2397(2017),MIDTERM,2019-03-22,2019-03-19,S/AC.49/2019/1,451,2017-12-22,414,37,2018-12-22,At most,HIGH,S1,n",
	},
	"parameters":    {"name,region_code,industry,nationality,from,to,low,central,high,distribution,unit,kind,source_id,citation,note", "wageShare,RU-PRI,F,KP,2017-01-01,2017-12-31,0.2,0.3,0.5,TRIANGULAR,ratio,ASSUMPTION,S1,assumption,n"},
	"coverage":      {"source_id,table,region_code,nationality,from,to,completeness", "S1,permits,RU,KP,2011-02-15,2020-03-10,COMPLETE"},
	"outcomes":      {"code,label,base_outcome", "NATURALISED,Became a citizen,EXEMPT"},
	"employers":     {"id,name,region_code,industry,tax_id,source_id,synthetic", "E1,Name,RU-PRI,F,123,S1,true"},
	"permits":       {permitsHeader, permitsRow},
	"repatriations": {"id,region_code,nationality,employer_id,permit_id,date,workers,outcome,sanction_symbol,source_id,synthetic,precision", "R1,RU-PRI,KP,E1,P1,2018-02-28,3,RETURNED,S/RES/2397(2017),S1,false,date=MONTH"},
}

const (
	permitsHeader = "id,number,employer_id,region_code,nationality,industry,occupation,workers,issued_on,valid_from,valid_to,revoked_on,wage_monthly,wage_currency,source_id,synthetic,contract_on,precision,wage,wage_unit,hours_per_week,industry_code,industry_classification,occupation_code,occupation_classification"
	permitsRow    = "P1,25-17-0001,E1,RU-PRI,KP,F,plasterer,30,2017-01-10,2017-02-01,2018-01-31,2018-01-01,24500.5,RUB,S1,true,2016-12-01,valid_from=MONTH,150,HOUR,40,2361,NAICS 2017,47-2061,SOC 2018"
)

// with returns the good row of a table with one column changed, and the place in it where that column begins.
func with(tb testing.TB, table, column, value string) (text string, at int) {
	tb.Helper()
	header, fields := strings.Split(tables[table][0], ","), strings.Split(tables[table][1], ",")
	i := slices.Index(header, column)
	require.GreaterOrEqual(tb, i, 0, "%s has no column %s", table, column)
	fields[i] = value
	return strings.Join(fields, ","), utf8.RuneCountInString(strings.Join(fields[:i], ",")) + min(i, 1) + 1
}
