package bench

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
	"homebound/internal/postgrestest"
	"homebound/internal/web"
)

// copied is a register that was pushed to a PostgreSQL which the test starts, in the schema of that name.
type copied struct {
	*world // whose questions are answered there
	file   *world
	server *postgrestest.Server
	byHand *pgx.Conn
	schema string
}

// pushed starts a server and pushes a register there.
func pushed(tb testing.TB, permits int) *copied {
	tb.Helper()
	server := postgrestest.StartAlways(tb)
	c := &copied{file: open(tb, permits), server: server}
	require.NoError(tb, c.push(tb, "homebound"))
	store, err := db.OpenStored([]string{server.URL()}, tb.TempDir(), 0)
	require.NoError(tb, err)
	require.NoError(tb, store.Refresh(tb.Context()))
	c.world = openStore(tb, store)
	c.byHand, err = pgx.Connect(tb.Context(), server.URL())
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, c.byHand.Close(context.Background())) })
	require.NoError(tb, c.byHand.QueryRow(tb.Context(), `SELECT schema_name FROM homebound.releases`).Scan(&c.schema))
	return c
}

// push pushes the register of the file under a prefix, as a publisher does for the first time.
func (c *copied) push(tb testing.TB, prefix string) error {
	address := c.server.URL("prefix=" + prefix)
	if _, err := db.Prepare(tb.Context(), address); err != nil {
		return err
	}
	_, err := c.file.store.Push(tb.Context(), address, 0, 0)
	return err
}

// execute runs a statement, written as fmt.Sprintf does.
func (c *copied) execute(tb testing.TB, format string, args ...any) error {
	_, err := c.byHand.Exec(tb.Context(), fmt.Sprintf(format, args...))
	return err
}

// drop removes a schema and whatever it holds.
func (c *copied) drop(tb testing.TB, schema string) error {
	return c.execute(tb, `SET client_min_messages = warning; DROP SCHEMA IF EXISTS %s CASCADE`, schema)
}

// texts writes the rows of each table of the copy to a file, as COPY has them, and returns the files by tables.
func (c *copied) texts(tb testing.TB) map[string]string {
	tb.Helper()
	rows, err := c.byHand.Query(tb.Context(), `SELECT relname FROM pg_class
		WHERE relnamespace = $1::regnamespace AND relkind = 'r'`, c.schema)
	require.NoError(tb, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(tb, err)
	files, dir := map[string]string{}, tb.TempDir()
	for _, table := range tables {
		files[table] = filepath.Join(dir, table)
		to, err := os.Create(files[table])
		require.NoError(tb, err)
		_, err = c.byHand.PgConn().CopyTo(tb.Context(), to, fmt.Sprintf(`COPY %s.%s TO STDOUT`, c.schema, table))
		require.NoError(tb, err)
		require.NoError(tb, to.Close())
	}
	return files
}

// copyFiles fills the same tables in a schema of its own from files, one after the other.
func (c *copied) copyFiles(tb testing.TB, files map[string]string) error {
	if err := c.drop(tb, "plain"); err != nil {
		return err
	}
	if err := c.execute(tb, `CREATE SCHEMA plain`); err != nil {
		return err
	}
	for table, file := range files {
		if err := c.execute(tb, `CREATE TABLE plain.%s (LIKE %s.%[1]s)`, table, c.schema); err != nil {
			return err
		}
		from, err := os.Open(file)
		if err != nil {
			return err
		}
		_, err = c.byHand.PgConn().CopyFrom(tb.Context(), from, fmt.Sprintf(`COPY plain.%s FROM STDIN`, table))
		_ = from.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// index makes the keys and indexes of the copy on the tables that copyFiles filled, and has them counted.
func (c *copied) index(tb testing.TB) error {
	rows, err := c.byHand.Query(tb.Context(), `SELECT replace(indexdef, ' ON ' || schemaname || '.', ' ON plain.')
		FROM pg_indexes WHERE schemaname = $1 ORDER BY 1`, c.schema)
	if err != nil {
		return err
	}
	statements, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, statement := range append(statements, `SET search_path = plain`, `ANALYZE`) {
		if err == nil {
			err = c.execute(tb, "%s", statement)
		}
	}
	return err
}

// pushing sets a push of a register, which reads it, copies it, makes its indexes and reads it back to check it,
// against COPY of the same rows from files that are written already.
func pushing(against string, most float64, indexes bool) contest {
	const what = "push of a release to PostgreSQL, checked and with its indexes"
	return contest{what, against, atMost(most), func(tb testing.TB) (ours, theirs func() error) {
		c := pushed(tb, *permitsFlag)
		files := c.texts(tb)
		return func() error {
				for _, schema := range c.schemas(tb, "again") {
					if err := c.drop(tb, schema); err != nil {
						return err
					}
				}
				return c.push(tb, "again")
			}, func() error {
				err := c.copyFiles(tb, files)
				if err == nil && indexes {
					err = c.index(tb)
				}
				return err
			}
	}}
}

// schemas lists the schemas of a prefix.
func (c *copied) schemas(tb testing.TB, prefix string) []string {
	tb.Helper()
	rows, err := c.byHand.Query(tb.Context(), `SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)`, prefix)
	require.NoError(tb, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(tb, err)
	return names
}

// regionYear runs hand-written SQL over the rollup there, with pgx as a person would use it: of some regions, nil for all.
func (c *copied) regionYear(tb testing.TB, days labour.Period, regions []string) ([]figure, error) {
	args := []any{labour.Month.Label(days.From), labour.Month.Label(days.To)}
	within := ""
	for _, region := range regions {
		args = append(args, region)
		within += fmt.Sprintf(", $%d", len(args))
	}
	if within != "" {
		within = "region_code IN (" + within[2:] + ") AND "
	}
	rows, err := c.byHand.Query(tb.Context(), `SELECT region_code, substr(month, 1, 4),
			SUM(permits)::bigint, SUM(workers)::bigint
		FROM `+c.schema+`.issues_by_region WHERE `+within+`month BETWEEN $1 AND $2
		GROUP BY 1, 2 ORDER BY 1, 2`, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f figure, err error) {
		return f, row.Scan(&f.region, &f.year, &f.permits, &f.workers)
	})
}

// reportingThere sets a way of asking for region by year against hand-written SQL, both of the PostgreSQL.
func reportingThere(what string, most float64, ask func(testing.TB, *world) func() error) contest {
	const against = "hand-written SQL on the same rollup there"
	return contest{what, against, atMost(most), func(tb testing.TB) (ours, theirs func() error) {
		c := pushed(tb, *permitsFlag)
		rep, err := c.release.Report(tb.Context(), regionYear)
		require.NoError(tb, err)
		found, err := c.regionYear(tb, rep.Period, nil)
		require.NoError(tb, err)
		require.True(tb, slices.Equal(figures(rep), found), "the statement finds other figures than the report")
		return ask(tb, c.world), func() error {
			_, err := c.regionYear(tb, rep.Period, nil)
			return err
		}
	}}
}

// reportingWithin is a report of region by year that a filter narrows to a district.
var reportingWithin = contest{"report of region × year within the Far East on PostgreSQL, `db.Release.Report`",
	"hand-written SQL on the same rollup there", atMost(2), func(tb testing.TB) (ours, theirs func() error) {
		c := pushed(tb, *permitsFlag)
		q := regionYear
		q.Filter.Within = []string{"RU-FD-FE"}
		rep, err := c.release.Report(tb.Context(), q)
		require.NoError(tb, err)
		regions := c.release.Geography().Within("RU-FD-FE", rep.BoundariesOn)
		found, err := c.regionYear(tb, rep.Period, regions)
		require.NoError(tb, err)
		require.True(tb, slices.Equal(figures(rep), found), "the statement finds other figures than the report")
		return func() error {
				_, err := c.release.Report(tb.Context(), q)
				return err
			}, func() error {
				_, err := c.regionYear(tb, rep.Period, regions)
				return err
			}
	}}

var onPostgres = []contest{
	pushing("COPY of the same rows from files", 2, false),
	pushing("COPY of the same rows from files, and the same indexes", 2, true),
	reportingThere("report of region × year on PostgreSQL, `db.Release.Report`", 1.5, reporting),
	reportingThere("report of region × year on PostgreSQL, whole GraphQL execution", 1.5, reportingInGraphQL),
	{"cached POST /graphql of a server that reads a PostgreSQL", "the same of one that reads a file",
		bound{least: true, value: 0.9}, func(tb testing.TB) (ours, theirs func() error) {
			c := pushed(tb, *permitsFlag)
			text := request(http.MethodPost, false)
			var answers [2]string
			var loads [2]func() error
			for i, w := range []*world{c.world, c.file} {
				site := listen(tb, web.New(web.Config{Store: w.store, Log: slog.New(slog.DiscardHandler),
					PublicURL: "http://127.0.0.1", CacheBytes: 64 << 20}))
				response, body := once(tb, site, text)
				require.Equal(tb, http.StatusOK, response.StatusCode, "%s", body)
				answers[i], loads[i] = string(body), load(tb, site, text)
			}
			require.Equal(tb, answers[1], answers[0])
			return loads[0], loads[1]
		}},
	reportingWithin,
}

// BenchmarkPostgreSQL measures what a release in a PostgreSQL costs. It is skipped where the machine has none.
func BenchmarkPostgreSQL(b *testing.B) {
	for i, name := range []string{"push/over=copy", "push/over=indexed", "report", "query", "cached", "within"} {
		b.Run(name, onPostgres[i].bench)
	}
}
