package dbtest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
)

func TestParseFixture(t *testing.T) {
	statements, err := parseFixture("# nothing\nload permits\n  id  workers\n  a   1 # one\n\n  b   2\nreport groupBy=REGION orderBy=workersPresent:desc having=permitsIssued<3 period=2017-01-01..\n  region  workersPresent\n")
	require.NoError(t, err)
	require.Len(t, statements, 2)
	assert.Equal(t, statement{line: 2, verb: "load", table: "permits", args: map[string]string{}, header: []string{"id", "workers"}, rows: [][]string{{"a", "1"}, {"b", "2"}}}, statements[0])
	q, err := statements[1].question()
	require.NoError(t, err)
	assert.Equal(t, db.ReportQuery{
		Filter:   db.ReportFilter{Period: db.DateRange{From: On("2017-01-01")}},
		GroupBy:  []labour.Dimension{labour.ByRegion},
		Measures: []labour.Measure{labour.WorkersPresent},
		OrderBy:  []db.ReportOrder{{Measure: labour.WorkersPresent, Descending: true}},
		Having:   []db.MeasureCondition{{Measure: labour.PermitsIssued, AtMost: Some(3.0)}},
	}, q)
}

func TestParseFixture_SaysWhatIsWrongAndWhere(t *testing.T) {
	for text, says := range map[string]string{
		"explain\n":                       `line 1: expected clear, load, set, report or totals, found "explain"`,
		"\nload\n":                        "line 2: expected the name of one table after load, found 0 words",
		"report REGION\n":                 `line 1: expected name=value, found "REGION"`,
		"  id\n":                          "line 1: expected a statement before the first table",
		"load permits\n  id workers\n  a": "line 3: expected 2 values, as many as the header has, found 1",
	} {
		_, err := parseFixture(text)
		assert.EqualError(t, err, says)
	}
}

func TestStatement_RefusesWhatItDoesNotKnow(t *testing.T) {
	for text, says := range map[string]string{
		"report group=REGION\n  workersPresent":          `no argument "group"`,
		"report\n  workersAbsent":                        `"workersAbsent"`,
		"report having=workersPresent=3\n  period":       "workersPresent>10",
		"report period=2017-13-01..\n  permitsIssued":    "period: expected a date",
		"load permits\n  id  colour\n  a   red":          `permits has no column "colour"`,
		"load permits\n  id  valid_to\n  a   2017-02-29": "valid_to: expected a date",
		"load permits\n  id  workers\n  a   many":        "workers:",
		"load castles\n  id\n  a":                        `found "castles"`,
	} {
		statements, err := parseFixture(text)
		require.NoError(t, err, text)
		s := statements[0]
		if s.verb == "load" {
			err = s.load(&Content{})
		} else {
			_, err = s.question()
		}
		assert.ErrorContains(t, err, says)
	}
}
