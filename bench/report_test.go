package bench

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3" // the driver that package db uses
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
)

// A report of region by year over the whole months of the release's span, as SQL that a person would write: over the
// rollup that holds it, and over the register's rows.
const (
	regionYearOverRollup = `SELECT region_code, substr(month, 1, 4), SUM(permits), SUM(workers) FROM issues_by_region
		WHERE month BETWEEN substr(?1, 1, 7) AND substr(?2, 1, 7) GROUP BY 1, 2 ORDER BY 1, 2`
	regionYearOverRows = `SELECT region_code, substr(issued_on, 1, 4), COUNT(*), SUM(workers) FROM permits
		WHERE issued_on BETWEEN ?1 AND ?2 GROUP BY 1, 2 ORDER BY 1, 2`
	regionYearInGraphQL = `{ report(groupBy: [REGION], granularity: YEAR) { rows { region { code } period { label } permitsIssued workersAuthorised } } }`
)

var regionYear = db.ReportQuery{
	GroupBy: []labour.Dimension{labour.ByRegion}, Granularity: labour.Year,
	Measures: []labour.Measure{labour.PermitsIssued, labour.WorkersAuthorised},
}

// figure is a row of such a report.
type figure struct {
	region, year     string
	permits, workers int
}

// byHand runs a statement of region, year, permits and workers over the days of a release.
func byHand(file *sql.DB, statement string, days labour.Period) (found []figure, err error) {
	rows, err := file.Query(statement, days.From.String(), days.To.String())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var f figure
		if err := rows.Scan(&f.region, &f.year, &f.permits, &f.workers); err != nil {
			return nil, err
		}
		found = append(found, f)
	}
	return found, rows.Err()
}

// opened opens the release's file as a person would who wants speed.
func (w *world) opened(tb testing.TB) *sql.DB {
	tb.Helper()
	file, err := sql.Open("sqlite3", "file:"+w.releaseFile(tb)+"?mode=ro&immutable=1&_stmt_cache_size=64")
	require.NoError(tb, err)
	file.SetMaxOpenConns(1)
	_, err = file.Exec("PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -16384")
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, file.Close()) })
	return file
}

// checkRegionYear holds what a statement finds against the report, and returns the days that both are of.
func (w *world) checkRegionYear(tb testing.TB, file *sql.DB, statement string) labour.Period {
	tb.Helper()
	rep, err := w.release.Report(tb.Context(), regionYear)
	require.NoError(tb, err)
	found, err := byHand(file, statement, rep.Period)
	require.NoError(tb, err)
	require.NotEmpty(tb, found)
	require.True(tb, slices.Equal(figures(rep), found), "the statement finds other figures than the report")
	return rep.Period
}

// figures are the rows of a report, less the years between without any permit, which SQL does not show.
func figures(rep *db.Report) (list []figure) {
	for _, row := range rep.Rows {
		if row.PermitsIssued > 0 {
			list = append(list, figure{row.Group[labour.ByRegion], labour.Year.Label(row.Period.From), row.PermitsIssued, row.WorkersAuthorised})
		}
	}
	return list
}

// againstRegionYear sets a way of asking for region by year against a statement.
func againstRegionYear(statement string, ask func(tb testing.TB, w *world) func() error) func(testing.TB) (ours, theirs func() error) {
	return func(tb testing.TB) (ours, theirs func() error) {
		w := open(tb, *permitsFlag)
		file := w.opened(tb)
		days := w.checkRegionYear(tb, file, statement)
		return ask(tb, w), func() error {
			_, err := byHand(file, statement, days)
			return err
		}
	}
}

func reporting(tb testing.TB, w *world) func() error {
	return func() error {
		_, err := w.release.Report(tb.Context(), regionYear)
		return err
	}
}

func reportingInGraphQL(tb testing.TB, w *world) func() error {
	return w.asking(tb, regionYearInGraphQL, nil)
}

var (
	reportOverRollup = contest{"report of region × year, db.Release.Report", "hand-written SQL on the same rollup", atMost(1.5), againstRegionYear(regionYearOverRollup, reporting)}
	queryOverRollup  = contest{"report of region × year, whole GraphQL execution", "hand-written SQL on the same rollup", atMost(2.5), againstRegionYear(regionYearOverRollup, reportingInGraphQL)}
	reportOverRows   = contest{"report of region × year, db.Release.Report", "hand-written SQL on the register's rows", atMost(0.02), againstRegionYear(regionYearOverRows, reporting)}
	queryOverRows    = contest{"report of region × year, whole GraphQL execution", "hand-written SQL on the register's rows", atMost(0.02), againstRegionYear(regionYearOverRows, reportingInGraphQL)}

	reportOfLarge = contest{"report of region × year, the larger register", "the same on the smaller register", atMost(1.5), func(tb testing.TB) (ours, theirs func() error) {
		return reporting(tb, open(tb, *largeFlag)), reporting(tb, open(tb, *permitsFlag))
	}}

	peakOverRows = contest{"peak of workers present in the Far East over all years", "hand-written SQL on the register's rows", atMost(0.05), func(tb testing.TB) (ours, theirs func() error) {
		w := open(tb, *permitsFlag)
		file := w.opened(tb)
		q := db.ReportQuery{Filter: db.ReportFilter{Within: []string{"RU-FD-FE"}}, Measures: []labour.Measure{labour.PeakWorkersPresent}}
		rep, err := w.release.Report(tb.Context(), q)
		require.NoError(tb, err)
		statement := peakByHand(w.release.Geography().Within("RU-FD-FE", rep.BoundariesOn), rep.Period)
		byHand := func() (day string, peak int, err error) {
			return day, peak, file.QueryRow(statement).Scan(&day, &peak)
		}
		day, peak, err := byHand()
		require.NoError(tb, err)
		require.Positive(tb, peak)
		require.Equal(tb, peak, rep.Rows[0].PeakWorkersPresent)
		require.Equal(tb, day, rep.Rows[0].PeakOn.String())
		return func() error {
				_, err := w.release.Report(tb.Context(), q)
				return err
			}, func() error {
				_, _, err := byHand()
				return err
			}
	}}

	impactOverReport      = impact("economicImpact of the Far East with timeline and byIndustry", "")
	impactWagesOverReport = impact("the same with the wages that were lost", "wagesLost { low central high unit }")
)

// impact sets the economic model against one report.
func impact(what, more string) contest {
	return contest{what, "one report of region × quarter with four measures", atMost(3), func(tb testing.TB) (ours, theirs func() error) {
		w := open(tb, *permitsFlag)
		return w.asking(tb, `{ economicImpact(region: "RU-FD-FE") {
				baselineWorkers departedWorkers workerYearsLost outputLost { low central high unit } `+more+`
				timeline(granularity: QUARTER) { period { label } departedWorkers workerYearsLost outputLost { low central high unit } }
				byIndustry { industry { code } workerYearsLost outputLost { low central high unit } } } }`, nil),
			w.asking(tb, `{ report(groupBy: [REGION], granularity: QUARTER, filter: { nationalities: ["KP"] }) {
				rows { region { code } period { label } permitsIssued workersPresent peakWorkersPresent workersRepatriated } } }`, nil)
	}}
}

// peakByHand follows the head count of some regions: what permits bring when they start and take when they end, and
// what repatriations take until then, summed by day and then from the first day on. It is right for a register in
// which no more workers are repatriated under a permit than it has.
func peakByHand(regions []string, p labour.Period) string {
	return fmt.Sprintf(`
WITH own AS (
  SELECT id, valid_from, date(ends_on, '+1 day') AS after, workers FROM permits WHERE region_code IN ('%s') AND valid_from <= ends_on
),
gone AS (
  SELECT MAX(r.date, o.valid_from) AS day, o.after, r.workers FROM own o JOIN repatriations r ON r.permit_id = o.id WHERE r.date < o.after
),
changes (day, change) AS (
  SELECT valid_from, SUM(workers) FROM own GROUP BY 1
  UNION ALL SELECT after, -SUM(workers) FROM own GROUP BY 1
  UNION ALL SELECT day, -SUM(workers) FROM gone GROUP BY 1
  UNION ALL SELECT after, SUM(workers) FROM gone GROUP BY 1
),
days AS (SELECT day, SUM(change) AS change FROM changes GROUP BY day),
levels AS (SELECT day, SUM(change) OVER (ORDER BY day) AS level FROM days)
SELECT day, level FROM levels WHERE day BETWEEN '%s' AND '%s' ORDER BY level DESC, day LIMIT 1`,
		strings.Join(slices.Sorted(slices.Values(regions)), "', '"), p.From, p.To)
}

func BenchmarkReport(b *testing.B) {
	b.Run("over=rollup", reportOverRollup.bench)
	b.Run("over=rows", reportOverRows.bench)
}

func BenchmarkQuery(b *testing.B) {
	b.Run("over=rollup", queryOverRollup.bench)
	b.Run("over=rows", queryOverRows.bench)
}

func BenchmarkReportOfLarge(b *testing.B) {
	if *largeFlag == 0 {
		b.Skip("-large gives the size of the larger register")
	}
	reportOfLarge.bench(b)
}

func BenchmarkPeak(b *testing.B) { peakOverRows.bench(b) }

func BenchmarkImpact(b *testing.B) {
	b.Run("wages=no", impactOverReport.bench)
	b.Run("wages=yes", impactWagesOverReport.bench)
}
