package dbtest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
)

// empty holds the answers of releases that have no register: no error, and nothing made up.
func empty(t *testing.T, open func(testing.TB) *db.Store) {
	all := []labour.Measure{}
	for _, info := range labour.Measures {
		all = append(all, info.Measure)
	}
	t.Run("no dated row at all", func(t *testing.T) {
		store, c := open(t), Sample()
		c.Observations = nil
		info := MustPublish(t, store, c)
		assert.Nil(t, info.DataFrom)
		assert.Nil(t, info.DataThrough)
		r := MustRead(t, store)
		for _, q := range []db.ReportQuery{{Measures: all}, {Measures: all, GroupBy: []labour.Dimension{labour.ByRegion}, Granularity: labour.Month}} {
			report, err := r.Report(t.Context(), q)
			require.NoError(t, err)
			assert.False(t, report.Covers())
			for _, row := range report.Rows {
				assert.Zero(t, row.WorkerDays+row.PermitsIssued+row.WorkersRepatriated)
				assert.Nil(t, row.AverageMonthlyWage)
			}
			provenance, err := report.Provenance(t.Context())
			require.NoError(t, err)
			assert.Empty(t, provenance.Sources)
			assert.Zero(t, provenance.RowsRead)
			assert.False(t, provenance.Synthetic)
		}
		available, err := r.Availability(t.Context(), db.ReportFilter{}, nil)
		require.NoError(t, err)
		assert.Equal(t, showAvailability(db.Availability{}), showAvailability(available))
		stocks, _, err := r.StockOn(t.Context(), db.StockFilter{Within: "RU"}, []labour.Date{*On("2018-01-01")})
		require.NoError(t, err)
		assert.Equal(t, []int{0}, stocks)
		departed, _, err := r.Departed(t.Context(), db.StockFilter{}, labour.YearPeriod(2018))
		require.NoError(t, err)
		assert.Empty(t, departed)
		pages, err := r.PermitPages(t.Context(), []db.PermitFilter{{}}, db.Order[db.PermitOrder]{Field: db.PermitByIssuedOn}, db.Span{Limit: 10, Count: true})
		require.NoError(t, err)
		assert.Equal(t, []db.Page[labour.Permit]{{}}, pages)
	})
	t.Run("observations alone", func(t *testing.T) {
		store := open(t)
		info := MustPublish(t, store, Sample())
		assert.Equal(t, On("2017-01-01"), info.DataFrom, "the span of the observations")
		assert.Equal(t, On("2018-12-31"), info.DataThrough)
		report, err := MustRead(t, store).Report(t.Context(), db.ReportQuery{Measures: all})
		require.NoError(t, err)
		assert.True(t, report.Covers())
		require.Len(t, report.Rows, 1)
		assert.Equal(t, db.Values{Days: 730, PeakOn: *On("2017-01-01"), NoPermits: true, NoDepartures: true}, report.Rows[0].Values)
	})
	t.Run("nothing but a period", func(t *testing.T) {
		store := open(t)
		MustPublish(t, store, Content{})
		report, err := MustRead(t, store).Report(t.Context(), db.ReportQuery{Measures: all,
			Filter: db.ReportFilter{Period: db.DateRange{From: On("2017-12-22"), To: On("2019-12-22")}}})
		require.NoError(t, err)
		require.Len(t, report.Rows, 1)
		assert.Equal(t, db.Values{Days: 731, PeakOn: *On("2017-12-22"), NoPermits: true, NoDepartures: true}, report.Rows[0].Values)
	})
}
