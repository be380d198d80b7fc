package datapackage_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// roughPermit reads a row of permits with some columns set.
func roughPermits(t *testing.T, header string, lines ...string) (rows []row, lacking []string) {
	t.Helper()
	text := "id,number,workers,source_id," + header + "\n"
	for _, line := range lines {
		text += "P" + string(rune('1'+len(rows))) + ",1,3,S1," + line + "\n"
		rows = append(rows, row{})
	}
	f := mustOpenFS(t, files{"permits.csv": text}.fsys(t)).Files()[0]
	rows = mustRead(t, f)
	require.Len(t, rows, len(lines))
	return rows, f.Lacking()
}

// The columns of a permit by their places in the table.
const (
	issuedAt, validFromAt, validToAt, revokedAt, monthlyAt, precisionAt = 8, 9, 10, 11, 12, 17
)

func TestRecords_ADayKnownToASpanIsOneEndOfItAndMarked(t *testing.T) {
	rows, lacking := roughPermits(t, "issued_on,valid_from,valid_to,revoked_on",
		"2017-05,2017-Q3,2018,", "05.2017,2017-M07,2018Q2,2018-01", "2017-05-09,2017,2017,")
	for i, want := range [][]any{
		{"2017-05-01", "2017-07-01", "2018-12-31", nil, "issued_on=MONTH;valid_from=QUARTER;valid_to=YEAR"},
		{"2017-05-01", "2017-07-01", "2018-06-30", "2018-01-31",
			"issued_on=MONTH;valid_from=MONTH;valid_to=QUARTER;revoked_on=MONTH"},
		{"2017-05-09", "2017-01-01", "2017-12-31", nil, "valid_from=YEAR;valid_to=YEAR"},
	} {
		assert.Empty(t, rows[i].Faults)
		v := rows[i].Values
		assert.Equal(t, want, []any{v[issuedAt], v[validFromAt], v[validToAt], v[revokedAt], v[precisionAt]})
	}
	assert.Equal(t, []string{"3 rows without a region, which no region has", "3 rows without a nationality, which no nationality has",
		"3 rows with a day known only to a month, a quarter or a year; what begins counts from its first day, what ends to its last"}, lacking)
}

func TestRecords_WhatARowDoesNotKnowIsCounted(t *testing.T) {
	rows, lacking := roughPermits(t, "issued_on,valid_from,valid_to,region_code,nationality",
		",2017-01-01,2017-12-31,RU,KP", "2017-01-01,,2017-12-31,RU,KP", "2017-01-01,,,RU,", "2017-01-01,2017-01-01,2017-12-31,RU,KP")
	for _, r := range rows {
		assert.Empty(t, r.Faults)
	}
	assert.Equal(t, []string{"1 row without a day of issue, which no count of permits issued has",
		"2 rows without both days of validity, which no stock of workers has",
		"1 row without a nationality, which no nationality has"}, lacking)
}

func TestRecords_AWageIsMadeMonthlyByStatedAssumptionsAlone(t *testing.T) {
	rows, lacking := roughPermits(t, "issued_on,valid_from,valid_to,region_code,nationality,wage,wage_unit,hours_per_week,wage_monthly",
		"2017-01-01,2017-01-01,2017-12-31,RU,KP,12,HOUR,30,", "2017-01-01,2017-01-01,2017-12-31,RU,KP,12,hourly,,",
		"2017-01-01,2017-01-01,2017-12-31,RU,KP,24000,yearly,,", "2017-01-01,2017-01-01,2017-12-31,RU,KP,5,PIECE,,",
		"2017-01-01,2017-01-01,2017-12-31,RU,KP,5,DAY,,90", "2017-01-01,2017-01-01,2017-12-31,RU,KP,300,WEEK,,")
	var monthly []any
	for _, r := range rows {
		assert.Empty(t, r.Faults)
		monthly = append(monthly, r.Values[monthlyAt])
	}
	assert.Equal(t, []any{1560.0, nil, 2000.0, nil, 90.0, 1300.0}, monthly)
	assert.Equal(t, []string{"2 rows with a wage that is not monthly and cannot be made so, which no average wage has"}, lacking)
}

// What an export writes is read as it was: the days, and the precision beside them.
func TestRecords_PrecisionIsReadAsItIsWritten(t *testing.T) {
	rows, _ := roughPermits(t, "issued_on,valid_from,valid_to,precision",
		"2017-05-01,2017-07-01,2018-12-31,issued_on=MONTH;valid_to=YEAR", "2017-05,2017-07-01,2018-12-31,valid_to=YEAR",
		"2017-05-01,2017-07-01,2018-12-30,valid_to=YEAR", "2017-05-01,,2018-12-31,valid_from=YEAR")
	assert.Equal(t, "issued_on=MONTH;valid_to=YEAR", rows[0].Values[precisionAt])
	assert.Equal(t, "issued_on=MONTH;valid_to=YEAR", rows[1].Values[precisionAt])
	assert.Equal(t, []string{`permits.csv:4:44: expected valid_to to be the first or the last day of its YEAR, found "2018-12-30"`}, rows[2].Faults)
	assert.Equal(t, []string{`permits.csv:5:34: expected valid_from to be the first or the last day of its YEAR, found ""`}, rows[3].Faults)
}
