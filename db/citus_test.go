package db_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/postgrestest"
)

// mustDistribute opens an empty store whose releases are read from a Citus cluster.
func mustDistribute(tb testing.TB, server *postgrestest.Server) *db.Store {
	tb.Helper()
	store, err := db.OpenStore(tb.TempDir())
	require.NoError(tb, err)
	tb.Cleanup(func() { assert.NoError(tb, store.Close()) })
	require.NoError(tb, store.Mirror(tb.Context(), server.URL(fmt.Sprintf("prefix=p%d", prefixed.Add(1))), db.Citus))
	return store
}

// The whole contract, with what is distributed on other servers than the one that is asked.
func TestCitus(t *testing.T) {
	server := postgrestest.StartCitus(t, 0)
	dbtest.Run(t, func(tb testing.TB) *db.Store { return mustDistribute(tb, server) })
}

// standIns take the place of Citus in a plain PostgreSQL: they note what they are asked, and refuse what it refuses.
const standIns = `CREATE SCHEMA stand_in;
CREATE TABLE stand_in.calls (number bigint GENERATED ALWAYS AS IDENTITY, relation text, by text, with_whom text);
CREATE FUNCTION stand_in.create_distributed_table(relation regclass, by text, distribution text DEFAULT 'hash', colocate_with text DEFAULT 'default')
RETURNS void LANGUAGE plpgsql AS $$ DECLARE kind text; BEGIN
	SELECT format_type(atttypid, NULL) INTO kind FROM pg_attribute WHERE attrelid = relation AND attname = by AND attnotnull;
	IF kind IS NULL THEN RAISE EXCEPTION 'column % of % does not exist, or may be NULL', by, relation; END IF;
	IF EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = by
		WHERE i.indrelid = relation AND i.indisunique AND NOT a.attnum = ANY (i.indkey)) THEN
		RAISE EXCEPTION 'cannot create constraint on %', relation; END IF;
	INSERT INTO stand_in.calls (relation, by, with_whom)
		SELECT relname, $2, CASE WHEN $4 = 'none' THEN '' ELSE (SELECT relname FROM pg_class WHERE oid = $4::regclass) END FROM pg_class WHERE oid = $1;
END $$;
CREATE FUNCTION stand_in.create_reference_table(relation regclass) RETURNS void LANGUAGE sql AS
	$$ INSERT INTO stand_in.calls (relation) SELECT relname FROM pg_class WHERE oid = $1 $$;`

// What push --citus asks of the extension, and that the copy is read as any other.
func TestCitus_DistributesByShardKey(t *testing.T) {
	server := postgrestest.Start(t)
	from, rng := dbtest.MustOpen(t), rand.New(rand.NewPCG(15, 7))
	for range 2 {
		dbtest.MustPublishInto(t, from, db.Replace, dbtest.Random(rng, 300))
	}
	address := mustPrepare(t, server)
	_, err := from.Push(t.Context(), address, 1, 0, db.Citus)
	require.ErrorContains(t, err, "--citus expects a database with the extension (CREATE EXTENSION citus), found postgres of PostgreSQL 1")
	_, err = from.Push(t.Context(), newStorage(t).address, 1, 0, db.Citus)
	require.ErrorContains(t, err, "--citus: expected the address of a PostgreSQL, postgres://..., found that of an object storage")

	server.Query(t, standIns)
	_, err = from.Push(t.Context(), address, 1, 0, db.CitusBy(map[string]string{"repatriations": "permit_id"}))
	require.ErrorContains(t, err, "expected every row of repatriations to have a shard_key, permit_id, found ")
	_, err = from.Push(t.Context(), address, 1, 0, db.CitusBy(map[string]string{"nothing": "id"}))
	require.ErrorContains(t, err, "expected the tables [nothing] to distribute, found 0 of them")
	server.Query(t, `TRUNCATE stand_in.calls`)
	for n := 1; n <= 2; n++ {
		_, err = from.Push(t.Context(), address, n, 0, db.Citus)
		require.NoError(t, err)
	}
	assert.Equal(t, "permits|shard_key|\npermits|shard_key|\nrepatriations|shard_key|permits\nrepatriations|shard_key|permits",
		server.Query(t, `SELECT relation, by, with_whom FROM stand_in.calls WHERE by IS NOT NULL ORDER BY 1, 2, 3`))
	assert.Equal(t, "0", server.Query(t, `SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN (SELECT relation, COUNT(*) AS calls FROM stand_in.calls GROUP BY 1) s ON s.relation = c.relname
		WHERE n.nspname LIKE 'p%\_r%' AND c.relkind = 'r' AND s.calls IS DISTINCT FROM 2`), "every table of the two is somewhere, once")
	schema := server.Query(t, `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'p%\_r2\_%'`)
	assert.Equal(t, "t|t|t", server.Query(t, `SELECT (SELECT bool_and(shard_key = id) FROM `+schema+`.permits),
		(SELECT bool_and(shard_key = COALESCE(permit_id, id)) FROM `+schema+`.repatriations),
		(SELECT COUNT(permit_id) > 0 AND COUNT(permit_id) < COUNT(*) FROM `+schema+`.repatriations)`))
	assert.Contains(t, server.Query(t, `SELECT pg_get_viewdef('`+schema+`.repatriation_facts'::regclass)`), "p.shard_key = r.shard_key")

	reader := mustReadFrom(t, address)
	for n := 1; n <= 2; n++ {
		assert.Equal(t, countOf(t, from, n), countOf(t, reader, n))
	}
}

// While a worker is away, whoever asks for rows that it has is told to try again. What lies on every server is answered.
func TestCitus_TellsReadersToTryAgainWhileAWorkerIsAway(t *testing.T) {
	server := postgrestest.StartCitus(t, 2)
	address := mustPrepare(t, server)
	from := dbtest.MustOpen(t)
	dbtest.MustPublish(t, from, dbtest.Random(rand.New(rand.NewPCG(15, 8)), 300))
	_, err := from.Push(t.Context(), address, 0, 0, db.Citus)
	require.NoError(t, err)
	reader := mustReadFrom(t, address)
	release := dbtest.MustRead(t, reader)
	report := db.ReportQuery{GroupBy: []labour.Dimension{labour.ByRegion}, Measures: []labour.Measure{labour.WorkersPresent}}
	want, err := release.Report(t.Context(), report)
	require.NoError(t, err)
	permits := countPermits(t, release)

	server.Workers[0].Kill()
	list := func() error {
		_, err := release.PermitPages(t.Context(), []db.PermitFilter{{}}, db.Order[db.PermitOrder]{Field: db.PermitByNumber},
			db.Span{Limit: 300})
		return err
	}
	assertFault(t, list(), labour.Unavailable, "The database of the releases cannot be reached: try again in a few seconds.")
	require.NoError(t, reader.Refresh(t.Context()), "the coordinator is there")
	got, err := release.Report(t.Context(), report)
	require.NoError(t, err)
	assert.Equal(t, want.Rows, got.Rows)

	server.Workers[0].Run(t)
	require.NoError(t, reader.Refresh(t.Context()))
	require.NoError(t, list())
	assert.Equal(t, permits, countPermits(t, release))
}
