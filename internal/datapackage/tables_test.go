package datapackage_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/datapackage"
)

func TestTables_HaveTheColumnsOfTheContractInOrder(t *testing.T) {
	require.Len(t, datapackage.Tables, len(tables))
	for _, table := range datapackage.Tables {
		var names []string
		for _, c := range table.Columns {
			names = append(names, c.Name)
		}
		assert.Equal(t, tables[table.Name][0], strings.Join(names, ","), table.Name)
	}
}

func TestTables_ReferOnlyToThemselvesAndThoseBefore(t *testing.T) {
	before := map[string]bool{}
	for _, table := range datapackage.Tables {
		before[table.Name] = true
		for _, c := range table.Columns {
			assert.True(t, c.Refers == "" || before[c.Refers], "%s.%s refers to %s", table.Name, c.Name, c.Refers)
		}
	}
}

func TestTables_AreDescribedWhole(t *testing.T) {
	for _, table := range datapackage.Tables {
		assert.NotEmpty(t, table.Key, table.Name)
		for _, key := range table.Key {
			assert.True(t, slices.ContainsFunc(table.Columns, func(c datapackage.Column) bool { return c.Name == key }), "%s.%s", table.Name, key)
		}
		for _, c := range table.Columns {
			assert.NotZero(t, c.Type, "%s.%s", table.Name, c.Name)
			assert.Regexp(t, `^[A-Z].*\.$`, c.Doc, "%s.%s", table.Name, c.Name)
			assert.Equal(t, c.Type == datapackage.OneOf, len(c.Enum) > 0, "%s.%s", table.Name, c.Name)
		}
	}
}

func TestTableByName(t *testing.T) {
	permits, ok := datapackage.TableByName("permits")
	assert.True(t, ok)
	assert.Equal(t, "permits", permits.Name)
	_, ok = datapackage.TableByName("visas")
	assert.False(t, ok)
}
