package db_test

import (
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db/dbtest"
)

var update = flag.Bool("update", false, "write schema.sql anew")

// schema.sql shows the tables of a release as the migrations leave them, so that a review sees what a migration does.
func TestSchema(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, dbtest.Sample())
	found := schemaOf(t, onlyRelease(t, store.Dir()))
	if *update {
		require.NoError(t, os.WriteFile("schema.sql", []byte(found), 0o644))
	}
	expected, err := os.ReadFile("schema.sql")
	require.NoError(t, err)
	assert.Equal(t, string(expected), found, "after a migration: go test ./db -run TestSchema -update")
}

// A release that was merged into has the same tables and indexes as one that was made from nothing.
func TestSchema_IsTheSameAfterAMerge(t *testing.T) {
	fresh, merged := dbtest.MustOpen(t), dbtest.MustOpen(t)
	dbtest.MustPublish(t, fresh, register())
	dbtest.MustPublish(t, merged, dbtest.Sample())
	expected := schemaOf(t, onlyRelease(t, fresh.Dir()))
	dbtest.MustPublishInto(t, merged, "merge", register())
	files, err := filepath.Glob(filepath.Join(merged.Dir(), "releases", "0002-*.db"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, expected, schemaOf(t, files[0]))
}

// schemaOf dumps a file's tables, indexes and views in the order of their names.
func schemaOf(t *testing.T, path string) string {
	t.Helper()
	file, err := sql.Open("sqlite3", "file:"+path+"?mode=ro&immutable=1")
	require.NoError(t, err)
	defer file.Close()
	rows, err := file.Query(`SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version' ORDER BY tbl_name, type <> 'table', name`)
	require.NoError(t, err)
	defer rows.Close()
	var statements []string
	for rows.Next() {
		var statement string
		require.NoError(t, rows.Scan(&statement))
		statements = append(statements, statement+";\n")
	}
	require.NoError(t, rows.Err())
	return strings.Join(statements, "\n")
}

func onlyRelease(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "releases", "*.db"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	return files[0]
}
