package graph_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
	"homebound/internal/labour"
)

type elsewhereAnswer struct {
	EconomicImpact struct {
		DepartedWorkers, WorkerYearsLost                                           *float64
		OutputLost, WagesLost, FiscalLoss, OutputLostElsewhere, RemittancesForgone *struct {
			Central, P5, P95 float64
			Unit             string
		}
		Inputs []struct {
			Name  string
			Value *float64
			Note  *string
		}
	}
	Parameters []struct{ Name string }
}

const elsewhereQuery = `{
	economicImpact(region: "QA-DA", scenario: {basis: REPORTED, baseline: "2017-12-31", from: "2018-01-01", to: "2018-12-31", nationalities: ["NP"]}) {
		departedWorkers workerYearsLost
		outputLost { ...e } wagesLost { ...e } fiscalLoss { ...e } outputLostElsewhere { ...e } remittancesForgone { ...e }
		inputs { name value note }
	}
	parameters { name }
}
fragment e on Estimate { central p5 p95 unit }`

// Another country is valued in its own currency by its own parameters. 730 of 1,000 leave in a straight line through 2018: on the day k
// of the year 2k are gone, in all 2 x (1 + ... + 365) / 365 = 366 worker-years, each of 73 thousand million / 100 thousand = 730,000 QAR.
func TestEconomicImpact_OfAnotherCountryByItsOwnParameters(t *testing.T) {
	got := data[elsewhereAnswer](t, in(t, "elsewhere"), elsewhereQuery).EconomicImpact
	assert.InDelta(t, 730, *got.DepartedWorkers, 1e-9)
	assert.InDelta(t, 366, *got.WorkerYearsLost, 1e-9)
	require.NotNil(t, got.OutputLost)
	assert.Equal(t, "QAR", got.OutputLost.Unit)
	net := 366 * 730_000 * 0.5 * 0.5
	assert.InDelta(t, net*1.2, got.OutputLost.Central, 1e-3)
	assert.InDelta(t, net*0.3, got.OutputLostElsewhere.Central, 1e-3)
	assert.Less(t, got.OutputLost.P5, got.OutputLost.P95)
	assert.InDelta(t, 366*12*6_000*0.25*0.5, got.WagesLost.Central, 1e-3)
	assert.InDelta(t, 366*1_200*0.5, got.FiscalLoss.Central, 1e-3, "fees alone: nobody pays income tax there")
	assert.Nil(t, got.RemittancesForgone, "no row says what these workers send home, and nobody else's serves")
}

// Without the table nothing that needs a parameter is known, and every one that is missing is named.
func TestEconomicImpact_WithoutParametersIsNullAndSaysSo(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "worlds", "elsewhere"))))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "parameters.csv"),
		[]byte("name,region_code,industry,nationality,from,to,low,central,high,distribution,unit,kind,source_id,citation,note\n"), 0o600))
	pkg, err := datapackage.Open(t.Context(), folder, datapackage.Limits{})
	require.NoError(t, err)
	defer pkg.Close()
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	defer store.Close()
	_, err = exchange.Import(t.Context(), store, pkg, exchange.Options{Mode: db.Replace, Now: published})
	require.NoError(t, err)

	answer := data[elsewhereAnswer](t, overStore(store), elsewhereQuery)
	assert.Empty(t, answer.Parameters)
	got := answer.EconomicImpact
	assert.InDelta(t, 366, *got.WorkerYearsLost, 1e-9)
	assert.Nil(t, got.OutputLost)
	assert.Nil(t, got.WagesLost)
	assert.Nil(t, got.FiscalLoss)
	missing := map[string]string{}
	for _, input := range got.Inputs {
		if input.Value == nil {
			missing[input.Name] = *input.Note
		}
	}
	assert.Equal(t, "no row of the parameters serves QA-DA, so what is net of substitution cannot be known", missing["substitutionRate QA-DA"])
	for _, name := range []string{"relativeProductivity", "relativeWage", "outputMultiplier", "remittancePerWorkerYearUsd"} {
		assert.Contains(t, missing, name+" QA-DA")
	}
}

// A release that was made under an earlier method is answered by the current one, and the answer says so; one of today has
// nothing to say of that.
func TestEconomicImpact_OfAnEarlierReleaseIsByTodaysMethodAndSaysSo(t *testing.T) {
	type answer struct {
		EconomicImpact struct {
			BaselineWorkers, DepartedWorkers, WorkerYearsLost *float64
			Variants                                          []struct{ Variant string }
			Notices                                           []struct{ Code, Message string }
		}
	}
	const query = `{
		economicImpact(region: "RU-PRI", scenario: {baseline: "2017-12-31", from: "2018-01-01", to: "2018-03-01"}) {
			baselineWorkers departedWorkers workerYearsLost variants { variant } notices { code message }
		}
	}`
	packed, err := os.Open(filepath.Join("..", "db", "testdata", "schema1.db.gz"))
	require.NoError(t, err)
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	require.NoError(t, err)
	file, err := io.ReadAll(unpacked)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "releases"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "releases", "0001-a9bbc07cc8fc.db"), file, 0o644))
	store, err := db.OpenStore(dir)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	require.NoError(t, store.MakeCurrent(1))

	got := data[answer](t, overStore(store), query)
	assert.Len(t, got.EconomicImpact.Variants, 3, "which method 1.0 did not have")
	require.NotNil(t, got.EconomicImpact.DepartedWorkers)
	assert.InDelta(t, 9, *got.EconomicImpact.DepartedWorkers, 0, "5 of the revoked permit, and 4 who were sent home")
	assert.Contains(t, got.EconomicImpact.Notices, struct{ Code, Message string }{"METHOD_CHANGED",
		"This release was made under method 1.0; the answer is by method " + labour.MethodVersion + ", which may give another figure."})

	for _, notice := range data[answer](t, in(t, "small"), query).EconomicImpact.Notices {
		assert.NotEqual(t, "METHOD_CHANGED", notice.Code, "a release of today")
	}
}
