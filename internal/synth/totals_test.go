package synth_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
	"homebound/internal/synth"
	"homebound/internal/testsize"
)

// No region has more workers of one nationality at the end of a year than Rosstat counts work permits there, of all of
// them: with any seed, since a made-up register that cannot be true is of no use.
func TestDefault_ExceedsNoPublishedTotal(t *testing.T) {
	testsize.Long(t)
	totals := map[string]map[string]int{} // by day and region
	for _, o := range table(t, "observations.csv") {
		if o["indicator"] == "FOREIGN_WORK_PERMITS" && o["to"] <= "2019-12-31" {
			value, err := strconv.Atoi(o["value"])
			require.NoError(t, err)
			if totals[o["to"]] == nil {
				totals[o["to"]] = map[string]int{}
			}
			totals[o["to"]][o["region_code"]] = value
		}
	}
	require.Len(t, totals, 7, "the ends of the years 2013 to 2019")
	for seed := range uint64(3) {
		cfg := synth.Default()
		cfg.Seed += seed
		all := collect(mustNew(t, cfg))
		for day, most := range totals {
			for region, workers := range all.presentBy(labour.MustParseDate(day)) {
				assert.LessOrEqual(t, workers, most[region], "%s on %s, seed %d", region, day, cfg.Seed)
			}
			assert.LessOrEqual(t, all.present(labour.MustParseDate(day)), most["RU"])
		}
	}
}

// presentBy returns the workers present on d by the region of their permit.
func (r rows) presentBy(d labour.Date) map[string]int {
	left := map[string]labour.Date{}
	for _, x := range r.repatriations {
		left[x.Permit] = x.Date
	}
	by := map[string]int{}
	for _, p := range r.permits {
		on, gone := left[p.ID]
		if p.ValidFrom <= d && d <= p.End() && (!gone || d < on) {
			by[p.Region]++
		}
	}
	return by
}

// Amur Oblast's share fell from that of 2013 to the quota of 2017.
func TestDefault_AmurHasWhatWasReportedOfItsYears(t *testing.T) {
	for day, want := range map[string]float64{"2013-06-30": 1867.0 / 21447, "2017-12-31": 1430.0 / 30023} {
		on := labour.MustParseDate(day)
		assert.InDelta(t, want, float64(defaultRows().presentBy(on)["RU-AMU"])/float64(defaultRows().present(on)), 0.01, day)
	}
}
