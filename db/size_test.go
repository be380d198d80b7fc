package db_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// A report that would outgrow its bound is refused by its groups and periods, each time by one short statement.
func TestReport_TooLargeIsRefusedBeforeItComputes(t *testing.T) {
	testsize.Long(t)
	r := dbtest.MustRead(t, ofManyEmployers(t))
	ask := func(years int, m labour.Measure) (*db.Report, int64, error) {
		t.Helper()
		ctx, statements := db.WithStatementCount(t.Context())
		from := labour.NewDate(1980, time.January, 1)
		report, err := r.Report(ctx, db.ReportQuery{
			Filter:  db.ReportFilter{Period: db.DateRange{From: &from, To: dbtest.Some(from.AddDays(years * 365))}},
			GroupBy: []labour.Dimension{labour.ByEmployer}, Granularity: labour.Day, Measures: []labour.Measure{m},
		})
		return report, statements.Load(), err
	}
	const says = "The report has more than 1000000 rows, groups times periods: expected at most 1000000; narrow the filter or take a coarser granularity."
	for _, m := range []labour.Measure{labour.PermitsIssued, labour.WorkersPresent, labour.PeakWorkersPresent} {
		_, ran, err := ask(70, m) // 25,550 days of 60 employers
		assertFault(t, err, labour.LimitExceeded, says)
		assert.EqualValues(t, 1, ran, "%s: nothing but the count of groups", m)
		_, _, err = ask(40, m) // 876,000
		require.NoError(t, err)
	}
}

// Large reports take turns, since together they would fill the memory; small ones pass them.
func TestReport_LargeOnesWaitForRoom(t *testing.T) {
	testsize.Long(t)
	store := ofManyEmployers(t)
	r := dbtest.MustRead(t, store)
	ask := func(ctx context.Context, years int) (*db.Report, error) {
		from := labour.NewDate(2016, time.January, 1)
		return r.Report(ctx, db.ReportQuery{
			Filter:  db.ReportFilter{Period: db.DateRange{From: &from, To: dbtest.Some(from.AddDays(years * 365))}},
			GroupBy: []labour.Dimension{labour.ByEmployer}, Granularity: labour.Day, Measures: []labour.Measure{labour.PermitsIssued},
		})
	}
	leave := db.TakeRoom(t, store)
	waiting, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	_, err := ask(waiting, 20) // 438,000 rows
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = ask(t.Context(), 1) // 21,900
	require.NoError(t, err)
	leave()
	large, err := ask(t.Context(), 20)
	require.NoError(t, err)

	leave = db.TakeRoom(t, store)
	_, err = large.FigureOf(waiting, large.Rows[0], labour.PermitsIssued, labour.Rank)
	require.ErrorIs(t, err, context.DeadlineExceeded, "what rows are held against is a report as large")
	leave()
	_, err = large.FigureOf(t.Context(), large.Rows[0], labour.PermitsIssued, labour.Rank)
	require.NoError(t, err)
}

// ofManyEmployers publishes 60 permits of an employer each.
func ofManyEmployers(t *testing.T) *db.Store {
	store := dbtest.MustOpen(t)
	content := permits(60)
	for i := range content.Permits { // of an employer each
		id := content.Permits[i].ID
		content.Employers = append(content.Employers, labour.Employer{ID: "E" + id, Name: "E" + id,
			Region: content.Permits[i].Region, Source: content.Permits[i].Source})
		content.Permits[i].Employer = "E" + id
	}
	dbtest.MustPublish(t, store, content)
	return store
}
