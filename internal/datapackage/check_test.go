package datapackage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readOne reads a package of one table with one row.
func readOne(t *testing.T, table, text string) row {
	t.Helper()
	p := mustOpenFS(t, files{table + ".csv": tables[table][0] + "\n" + text + "\n"}.fsys(t))
	rows := mustRead(t, p.Files()[0])
	require.Len(t, rows, 1)
	return rows[0]
}

func TestRecords_AGoodRowOfEachTableHasNoFault(t *testing.T) {
	for name, table := range tables {
		r := readOne(t, name, table[1])
		assert.Empty(t, r.Faults, name)
		assert.Empty(t, r.Warnings, name)
		assert.NotContains(t, r.Values, nil, name)
	}
}

func TestRecords_ValuesAreTyped(t *testing.T) {
	assert.Equal(t, []any{"P1", "25-17-0001", "E1", "RU-PRI", "KP", "F", "plasterer", int64(30), "2017-01-10", "2017-02-01",
		"2018-01-31", "2018-01-01", 24500.5, "RUB", "S1", true, "2016-12-01",
		"valid_from=MONTH", 150.0, "HOUR", 40.0, "2361", "NAICS 2017", "47-2061", "SOC 2018"}, readOne(t, "permits", permitsRow).Values)
	assert.Equal(t, []any{"P1", "1", nil, "RU-PRI", "KP", nil, nil, int64(1), "2017-01-10", "2017-02-01", "2018-01-31",
		nil, nil, nil, "S1", false, nil, nil, nil, nil, nil, nil, nil, nil, nil},
		readOne(t, "permits", "P1,1,,RU-PRI,KP,,,1,2017-01-10,2017-02-01,2018-01-31,,,,S1,,,,,,,,,,").Values)
}

func TestRecords_OneCellFaults(t *testing.T) {
	const date, nothing = "expected a date such as 2017-12-22", "expected a value, found nothing"
	for _, c := range []struct{ table, column, value, message string }{
		{"sources", "id", "", nothing},
		{"sources", "title", "  ", "expected a value, found only blanks"},
		{"sources", "title", "a\x00b", "expected text without control characters, found U+0000"},
		{"sources", "title", "a\u0085b", "expected text without control characters, found U+0085"},
		{"sources", "title", "Государства и\xe9", "expected text in UTF-8, found the byte 0xE9"},
		{"sources", "licence", "a\x1bb", "expected text without control characters, found U+001B"},
		{"sources", "id", strings.Repeat("k", 257), "expected a key on one line, of at most 256 bytes, found \"" + strings.Repeat("k", 80) + "…\""},
		{"sources", "url", "ftp://example.org", `expected a web address such as https://example.org/report, found "ftp://example.org"`},
		{"sources", "url", "javascript:alert(1)", `expected a web address such as https://example.org/report, found "javascript:alert(1)"`},
		{"sources", "url", "я" + strings.Repeat("ю", 60), `expected a web address such as https://example.org/report, found "я` + strings.Repeat("ю", 39) + `…"`},
		{"sources", "kind", "news", `expected one of OFFICIAL_STATISTICS, GOVERNMENT, UNITED_NATIONS, NEWS, RESEARCH, PARTNER or SYNTHETIC, found "news"`},
		{"sources", "published_on", "07.02.18", date + `, found "07.02.18"`},
		{"countries", "code", "kp", `expected a country code of two capital letters such as KP, found "kp"`},
		{"countries", "code", "КН", `expected a country code of two capital letters such as KP, found "КН"`},
		{"industries", "code", "V", `expected an industry's letter from A to U, found "V"`},
		{"regions", "code", "RU PRI", `expected a printable region code without blanks, of at most 64 bytes, found "RU PRI"`},
		{"regions", "code", "R\u00a0U", `expected a printable region code without blanks, of at most 64 bytes, found "R\u00a0U"`},
		{"regions", "code", "RU\u200b", `expected a printable region code without blanks, of at most 64 bytes, found "RU\u200b"`},
		{"regions", "kind", "KRAI", `expected one of COUNTRY, DISTRICT, SUBJECT or OTHER, found "KRAI"`},
		{"region_parents", "parent_code", "RU-PRI", `expected a value other than that of code, found "RU-PRI"`},
		{"region_parents", "valid_to", "2000-05-12", `expected a day not before valid_from, which is 2000-05-13, found "2000-05-12"`},
		{"observations", "value", "", nothing},
		{"observations", "value", "1 50", `expected a decimal number, found "1 50"`},
		{"observations", "value", "+1", `expected a decimal number, found "+1"`},
		{"observations", "value", ".5", `expected a decimal number, found ".5"`},
		{"observations", "value", "5.", `expected a decimal number, found "5."`},
		{"observations", "value", "NaN", `expected a decimal number, found "NaN"`},
		{"observations", "value", "-Inf", `expected a decimal number, found "-Inf"`},
		{"observations", "value", "1e999", `expected a decimal number, found "1e999"`},
		{"observations", "value", "0x1p4", `expected a decimal number, found "0x1p4"`},
		{"observations", "value", "1_000", `expected a decimal number, found "1_000"`},
		{"observations", "to", "2016-12-31", `expected a day not before from, which is 2017-01-01, found "2016-12-31"`},
		{"observations", "status", "X", `expected one of NORMAL, ESTIMATED, PROVISIONAL, IMPUTED, FORECAST or MISSING, found "X"`},
		{"observations", "confidence", "SURE", `expected one of HIGH, MEDIUM or LOW, found "SURE"`},
		{"sanctions", "deadline", "2017-12-21", `expected a day not before adopted_on, which is 2017-12-22, found "2017-12-21"`},
		{"sanctions", "nationalities", "KP;kp", `expected country codes split by semicolons, each once, such as KP;CN, found "KP;kp"`},
		{"sanctions", "nationalities", "KP;KP", `expected country codes split by semicolons, each once, such as KP;CN, found "KP;KP"`},
		{"sanctions", "nationalities", "KP;", `expected country codes split by semicolons, each once, such as KP;CN, found "KP;"`},
		{"claims", "operator", "OVER", `expected one of EXACTLY, ABOUT, AT_LEAST, AT_MOST or BETWEEN, found "OVER"`},
		{"claims", "operator", "", `expected one of EXACTLY, ABOUT, AT_LEAST, AT_MOST or BETWEEN, since value_low is given, found nothing`},
		{"claims", "value_low", "", `expected a number, since operator is BETWEEN, found nothing`},
		{"claims", "value_high", "", `expected a number, since operator is BETWEEN, found nothing`},
		{"claims", "value_high", "0.5", `expected a number of at least value_low, which is 1, found "0.5"`},
		{"claims", "measure", "workersPresent", `expected one of PERMITS_ISSUED, WORKERS_AUTHORISED, WORKERS_PRESENT, PEAK_WORKERS_PRESENT, AVERAGE_WORKERS_PRESENT, WORKER_DAYS, AVERAGE_MONTHLY_WAGE or WORKERS_REPATRIATED, found "workersPresent"`},
		{"claims", "to", "2016-12-31", `expected a day not before from, which is 2017-01-01, found "2016-12-31"`},
		{"observations", "qualifier", "EXACTLY", `expected one of AT_LEAST, AT_MOST or BETWEEN, found "EXACTLY"`},
		{"observations", "value_high", "", `expected a number, since qualifier is BETWEEN, found nothing`},
		{"observations", "value_high", "1", `expected a number of at least value, which is 1.5, found "1"`},
		{"claims", "repeats", "C1", `expected a value other than that of id, found "C1"`},
		{"claims", "disputes", "C1", `expected a value other than that of id, found "C1"`},
		{"claims", "per", "MONTH", `expected YEAR, found "MONTH"`},
		{"claims", "wage_basis", "NETTO", `expected one of GROSS, NET or UNSTATED, found "NETTO"`},
		{"obligations", "kind", "LEAVE", `expected one of REPATRIATE, NO_NEW_PERMITS, CEILING, REPORT_MIDTERM or REPORT_FINAL, found "LEAVE"`},
		{"obligations", "deadline", "2018-12-21", `expected a day not before half_way_on, which is 2018-12-22, found "2018-12-21"`},
		{"obligations", "half_way_on", "2017-12-21", `expected a day not before applies_from, which is 2017-12-22, found "2017-12-21"`},
		{"member_state_reports", "kind", "FIRST", `expected one of MIDTERM, FINAL or OTHER, found "FIRST"`},
		{"member_state_reports", "remaining", "-1", `expected a decimal number of at least 0, found "-1"`},
		{"parameters", "central", "0.1", `expected a number from low to high, which are 0.2 and 0.5, found "0.1"`},
		{"parameters", "distribution", "FIXED", `expected a distribution with a range, since low is 0.2 and high is 0.5, found "FIXED"`},
		{"parameters", "citation", "", nothing},
		{"coverage", "table", "employers", `expected one of permits or repatriations, found "employers"`},
		{"coverage", "completeness", "NONE", `expected one of COMPLETE or PARTIAL, found "NONE"`},
		{"coverage", "to", "2011-02-14", `expected a day not before from, which is 2011-02-15, found "2011-02-14"`},
		{"employers", "synthetic", "maybe", `expected true or false, found "maybe"`},
		{"permits", "workers", "0", `expected a whole number from 1 to 1000000000, found "0"`},
		{"permits", "workers", "1000000001", `expected a whole number from 1 to 1000000000, found "1000000001"`},
		{"permits", "workers", "12.5", `expected a whole number from 1 to 1000000000, found "12.5"`},
		{"permits", "workers", "+12", `expected a whole number from 1 to 1000000000, found "+12"`},
		{"permits", "workers", "99999999999999999999", `expected a whole number from 1 to 1000000000, found "99999999999999999999"`},
		{"permits", "workers", "", nothing},
		{"permits", "valid_from", "2017-02-29", date + `, found "2017-02-29"`},
		{"permits", "valid_from", "0000-01-01", date + `, found "0000-01-01"`},
		{"permits", "valid_to", "2017-01-31", `expected a day not before valid_from, which is 2017-02-01, found "2017-01-31"`},
		{"permits", "wage_monthly", "-1", `expected a decimal number of at least 0, found "-1"`},
		{"permits", "issued_on", "2017-13", date + `, found "2017-13"`},
		{"permits", "issued_on", "2017-Q5", date + `, found "2017-Q5"`},
		{"permits", "issued_on", "17", date + `, found "17"`},
		{"permits", "issued_on", "1017", `expected a day from 1900-01-01 to today, found "1017-01-01"`},
		{"permits", "precision", "issued_on=DAY", `expected columns with MONTH, QUARTER or YEAR such as issued_on=MONTH;valid_to=YEAR, found "issued_on=DAY"`},
		{"permits", "precision", "workers=YEAR", `expected columns of days, found "workers"`},
		{"permits", "precision", "issued_on=YEAR", `expected issued_on to be the first or the last day of its YEAR, found "2017-01-10"`},
		{"permits", "wage_unit", "", `expected one of HOUR, DAY, WEEK, TWO_WEEKS, MONTH, YEAR or PIECE, since wage is given, found nothing`},
		{"permits", "wage_unit", "shift", `expected one of HOUR, DAY, WEEK, TWO_WEEKS, MONTH, YEAR or PIECE, found "shift"`},
		{"permits", "hours_per_week", "169", `expected a decimal number from 0 to 168, found "169"`},
		{"outcomes", "base_outcome", "HOME", `expected one of RETURNED, DEPORTED, THIRD_COUNTRY, PROTECTED or EXEMPT, found "HOME"`},
		{"outcomes", "code", "EXEMPT", `expected a code beside the base outcomes, found "EXEMPT", which is one`},
		{"permits", "wage_currency", "rub", `expected a currency code of three capital letters such as RUB, found "rub"`},
		{"repatriations", "workers", "-3", `expected a whole number from 1 to 1000000000, found "-3"`},
		{"repatriations", "outcome", "", nothing},
	} {
		t.Run(c.table+"."+c.column+"="+c.value, func(t *testing.T) {
			text, at := with(t, c.table, c.column, c.value)
			r := readOne(t, c.table, text)
			assert.Equal(t, []string{fmt.Sprintf("%s.csv:2:%d: %s", c.table, at, c.message)}, r.Faults)
		})
	}
}

func TestRecords_OtherSpellingsAreReadAsOne(t *testing.T) {
	for _, c := range []struct {
		table, column, value string
		want                 any
	}{
		{"observations", "status", "A", "NORMAL"},
		{"observations", "status", "E", "ESTIMATED"},
		{"observations", "status", "P", "PROVISIONAL"},
		{"observations", "status", "I", "IMPUTED"},
		{"observations", "status", "F", "FORECAST"},
		{"observations", "status", "M", "MISSING"},
		{"observations", "value", "1.5E6", 1.5e6},
		{"observations", "value", "-0.0", 0.0},
		{"observations", "value", "-12.25", -12.25},
		{"permits", "synthetic", "1", true},
		{"permits", "synthetic", "TRUE", true},
		{"permits", "synthetic", "0", false},
		{"permits", "workers", "007", int64(7)},
		{"sanctions", "nationalities", "KP;CN", "KP;CN"},
		{"sources", "title", "  as written\t", "  as written\t"},
		{"sources", "title", `"two\nlines, ""quoted"""`, `two\nlines, "quoted"`},
	} {
		text, _ := with(t, c.table, c.column, c.value)
		r := readOne(t, c.table, text)
		assert.Empty(t, r.Faults)
		assert.Contains(t, r.Values, c.want, "%s.%s=%s", c.table, c.column, c.value)
	}
}

func TestRecords_AFaultyCellIsNotHeldAgainstOthers(t *testing.T) {
	text, _ := with(t, "permits", "valid_from", "soon")
	r := readOne(t, "permits", text)
	assert.Equal(t, []string{`permits.csv:2:54: expected a date such as 2017-12-22, found "soon"`}, r.Faults)
	assert.Empty(t, r.Warnings)
	assert.Nil(t, r.Values[9])
	assert.Equal(t, "2018-01-31", r.Values[10])
}

func TestRecords_AClaimNeedsItsNumbersAndOperatorTogether(t *testing.T) {
	claim := func(operator, low, high string) []string {
		return readOne(t, "claims", fmt.Sprintf("C1,STOCK,Said,Speaker,,,%s,%s,%s,,,,,,,,S1,,,,,,,", operator, low, high)).Faults
	}
	assert.Empty(t, claim("", "", ""))
	assert.Empty(t, claim("ABOUT", "5", ""))
	assert.Empty(t, claim("BETWEEN", "5", "5"))
	assert.Equal(t, []string{
		"claims.csv:2:25: expected one of EXACTLY, ABOUT, AT_LEAST, AT_MOST or BETWEEN, since value_high is given, found nothing",
	}, claim("", "", "5"))
	assert.Equal(t, []string{"claims.csv:2:31: expected a number, since operator is ABOUT, found nothing"}, claim("ABOUT", "", ""))
	assert.Equal(t, []string{`claims.csv:2:33: expected nothing, since operator is ABOUT, found "6"`}, claim("ABOUT", "5", "6"))
}

func TestRecords_AnUpperEndNeedsBetween(t *testing.T) {
	observation := func(qualifier, high string) []string {
		return readOne(t, "observations", fmt.Sprintf("GRP,RU,,,2017-01-01,2017-12-31,1.5,x,A,S1,,,%s,%s", qualifier, high)).Faults
	}
	assert.Empty(t, observation("", ""))
	assert.Empty(t, observation("AT_LEAST", ""))
	assert.Empty(t, observation("BETWEEN", "1.5"))
	assert.Equal(t, []string{`observations.csv:2:46: expected nothing, since qualifier is empty, found "2"`}, observation("", "2"))
	assert.Equal(t, []string{`observations.csv:2:53: expected nothing, since qualifier is AT_MOST, found "2"`}, observation("AT_MOST", "2"))
}

func TestRecords_AReportedNumberHasADay(t *testing.T) {
	r := readOne(t, "member_state_reports", "KH,S/RES/2397(2017),OTHER,,,,115,,115,0,2019-12-22,,HIGH,S1,")
	assert.Empty(t, r.Faults)
	assert.Equal(t, []string{"member_state_reports.csv:2:34: has no day for its baseline"}, r.Warnings)
}

func TestRecords_OddButPossiblePermitsAreWarnedOf(t *testing.T) {
	permit := func(from, to, revoked string) []string {
		r := readOne(t, "permits", fmt.Sprintf("P1,1,,RU-PRI,KP,,,1,2017-01-10,%s,%s,%s,,,S1,,,,,,,,,,", from, to, revoked))
		assert.Empty(t, r.Faults)
		return r.Warnings
	}
	assert.Empty(t, permit("2017-02-01", "2027-02-01", "2017-02-01"), "ten years to the day, revoked on its first day")
	assert.Empty(t, permit("2017-02-01", "2018-01-31", "2019-01-01"), "revoked after it has run out")
	assert.Equal(t, []string{"permits.csv:2:43: ends on 2027-02-02, more than 10 years after its start on 2017-02-01"},
		permit("2017-02-01", "2027-02-02", ""))
	assert.Equal(t, []string{"permits.csv:2:54: revoked on 2017-01-31, before it starts on 2017-02-01"},
		permit("2017-02-01", "2018-01-31", "2017-01-31"))
}
