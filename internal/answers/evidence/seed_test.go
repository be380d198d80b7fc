package evidence_test

import (
	"encoding/csv"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"homebound/db/seed"
	"homebound/internal/answers/evidence"
	"homebound/internal/labour"
)

// rows reads a file of the default package, row by row by column.
func rows(tb testing.TB, name string) []map[string]string {
	tb.Helper()
	file, err := seed.Files().Open(name + ".csv")
	require.NoError(tb, err)
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	require.NoError(tb, err)
	var all []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = record[i]
		}
		all = append(all, row)
	}
	return all
}

func day(text string) *labour.Date {
	if text == "" {
		return nil
	}
	return new(labour.MustParseDate(text))
}

func value(text string) *float64 {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil
	}
	return &x
}

func seedClaims(tb testing.TB) []labour.Claim {
	var all []labour.Claim
	for _, r := range rows(tb, "claims") {
		all = append(all, labour.Claim{
			ID: r["id"], Topic: r["topic"], Statement: r["statement"], Speaker: r["speaker"], MadeOn: day(r["made_on"]),
			Operator: labour.ClaimOperator(r["operator"]), ValueLow: value(r["value_low"]), ValueHigh: value(r["value_high"]), Unit: r["unit"],
			From: day(r["from"]), To: day(r["to"]), Region: r["region_code"], Industry: r["industry"], Nationality: r["nationality"],
			Measure: labour.Measure(r["measure"]), Source: r["source_id"], Repeats: r["repeats"], Disputes: r["disputes"],
			Per: labour.ClaimPer(r["per"]), CompareWith: r["compare_with"], WageBasis: labour.WageBasis(r["wage_basis"]),
		})
	}
	return all
}

func seedObservations(tb testing.TB) []labour.Observation {
	var all []labour.Observation
	for _, r := range rows(tb, "observations") {
		all = append(all, labour.Observation{
			Indicator: r["indicator"], Region: r["region_code"], Industry: r["industry"], Nationality: r["nationality"],
			From: *day(r["from"]), To: *day(r["to"]), Value: *value(r["value"]), Unit: r["unit"], Status: labour.ObservationStatus(r["status"]),
			Source: r["source_id"], Confidence: labour.Confidence(r["confidence"]),
			Qualifier: labour.ClaimOperator(r["qualifier"]), ValueHigh: value(r["value_high"]),
		})
	}
	return all
}

// seedWithin lists the regions that a region of the default package has on a day.
func seedWithin(tb testing.TB) func(string, labour.Date) []string {
	parents := rows(tb, "region_parents")
	var within func(string, labour.Date) []string
	within = func(region string, on labour.Date) []string {
		all := []string{region}
		for _, r := range parents {
			from, to := day(r["valid_from"]), day(r["valid_to"])
			if r["parent_code"] == region && (from == nil || *from <= on) && (to == nil || on <= *to) {
				all = append(all, within(r["code"], on)...)
			}
		}
		return all
	}
	return within
}

func seedWords(tb testing.TB) evidence.Words {
	publisher, region := map[string]string{}, map[string]string{}
	for _, r := range rows(tb, "sources") {
		publisher[r["id"]] = r["publisher"]
	}
	for _, r := range rows(tb, "regions") {
		region[r["code"]] = r["name_en"]
	}
	return evidence.Words{Source: func(id string) string { return publisher[id] }, Region: func(code string) string { return region[code] }}
}

func seedWorld(tb testing.TB) (*evidence.World, []labour.Claim) {
	claims := seedClaims(tb)
	wanted := evidence.Indicators(claims, "RUB")
	observations := slices.DeleteFunc(seedObservations(tb), func(o labour.Observation) bool { return !slices.Contains(wanted, o.Indicator) })
	return evidence.New(observations, claims, seedWithin(tb), seedWords(tb)), claims
}
