package db_test

import (
	"testing"

	"homebound/db/dbtest"
)

func TestSQLite(t *testing.T) { dbtest.Run(t, dbtest.MustOpen) }
