package pictures_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
)

// The members of a district are its regions, those of a country its districts; their sum is what the whole has.
func TestCharts_MembersAddUpToTheWhole(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, query := range []string{"region=RU-FD-FE", "region=RU"} {
		whole, members := map[string]float64{}, map[string]float64{}
		for _, row := range chartOf(s, "stock", query+"&granularity=QUARTER").Rows {
			if count, known := row[3].(float64); known && row[0] == "register" {
				whole[row[2].(string)] = count
			}
		}
		data := chartOf(s, "members", query)
		assert.Contains(t, data.Description, "At the highest: ")
		for _, row := range data.Rows {
			if count, known := row[4].(float64); known {
				members[row[3].(string)] += count
			}
		}
		require.NotEmpty(t, whole, query)
		for day, count := range whole {
			assert.InDelta(t, count, members[day], 1e-9, "%s on %s", query, day)
		}
	}
	districts := map[any]bool{}
	for _, row := range chartOf(s, "members", "region=RU").Rows {
		districts[row[0]] = true
	}
	assert.True(t, districts["RU-FD-FE"], districts)
	assert.Contains(t, s.Get("/charts/members.svg?region=RU-FD-FE&width=320").Body, ">Primorsky Krai</text>")
}
