package synth_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
	"homebound/internal/synth"
)

// The register is complete for the world that it makes up, and says nothing of any other.
func TestCoverage(t *testing.T) {
	made, err := synth.New(synth.Default())
	require.NoError(t, err)
	rows := made.Coverage()
	require.Len(t, rows, 2)
	for i, row := range rows {
		assert.Equal(t, labour.Coverage{
			Source: synth.SourceID, Table: labour.RegisterTables[i], Region: "RU", Nationality: synth.Sanctioned,
			From: labour.MustParseDate("2012-01-01"), To: labour.MustParseDate("2020-03-10"), Completeness: labour.CompleteSource,
		}, row)
	}
	mixed, err := synth.New(synth.Config{Permits: 1000, Seed: 1})
	require.NoError(t, err)
	assert.Len(t, mixed.Coverage(), 12, "each of its nationalities")
}
