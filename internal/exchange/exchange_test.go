package exchange_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
	"homebound/internal/labour"
	"homebound/internal/synth"
	"homebound/internal/testsize"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func mustStore(t *testing.T) *db.Store {
	t.Helper()
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	return store
}

func mustOpen(t *testing.T, fsys fs.FS) *datapackage.Package {
	t.Helper()
	pkg, err := datapackage.OpenFS(t.Context(), fsys, datapackage.Limits{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, pkg.Close()) })
	return pkg
}

// generated writes a default package and gives its folder.
func generated(t *testing.T, permits int) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, exchange.WriteDefault(t.Context(), dir, synth.Config{Permits: permits, Seed: 1}))
	return dir
}

// countries is a package of one table.
func countries(rows string) fs.FS {
	return fstest.MapFS{
		"datapackage.json": {Data: []byte(`{"homebound": {"note": "From the package."}, "resources": [{"path": "countries.csv"}]}`)},
		"countries.csv":    {Data: []byte("code,name\n" + rows)},
	}
}

func TestWriteDefault_PutsEachFieldUnderItsColumn(t *testing.T) {
	made, err := synth.New(synth.Config{Permits: 300, Seed: 1})
	require.NoError(t, err)
	text := func(p *labour.Date) any {
		if p == nil {
			return nil
		}
		return p.String()
	}
	known := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	wanted := map[string][]map[string]any{}
	for e := range made.Employers() {
		wanted["employers"] = append(wanted["employers"], map[string]any{"id": e.ID, "name": e.Name, "region_code": e.Region,
			"industry": known(e.Industry), "tax_id": known(e.TaxID), "source_id": e.Source, "synthetic": true})
	}
	for p := range made.Permits() {
		var wage any
		if p.WageMonthly != nil {
			wage = *p.WageMonthly
		}
		wanted["permits"] = append(wanted["permits"], map[string]any{"id": p.ID, "number": p.Number, "employer_id": known(p.Employer),
			"region_code": p.Region, "nationality": p.Nationality, "industry": known(p.Industry), "occupation": known(p.Occupation),
			"workers": int64(p.Workers), "issued_on": p.IssuedOn.String(), "valid_from": p.ValidFrom.String(), "valid_to": p.ValidTo.String(),
			"revoked_on": text(p.RevokedOn), "wage_monthly": wage, "wage_currency": known(p.WageCurrency), "source_id": p.Source, "synthetic": true,
			"contract_on": text(p.ContractOn), "precision": nil, "wage": nil, "wage_unit": nil, "hours_per_week": nil, "industry_code": nil,
			"industry_classification": nil, "occupation_code": nil, "occupation_classification": nil})
	}
	for r := range made.Repatriations() {
		wanted["repatriations"] = append(wanted["repatriations"], map[string]any{"id": r.ID, "region_code": r.Region, "nationality": r.Nationality,
			"employer_id": known(r.Employer), "permit_id": known(r.Permit), "date": r.Date.String(), "workers": int64(r.Workers),
			"outcome": string(r.Outcome), "sanction_symbol": known(r.Sanction), "source_id": r.Source, "synthetic": true,
			"precision": nil})
	}
	for _, file := range mustOpen(t, os.DirFS(generated(t, 300))).Files() {
		table := file.Table()
		want, compared := wanted[table.Name]
		if !compared {
			continue
		}
		delete(wanted, table.Name)
		var found []map[string]any
		for record, err := range file.Records(t.Context()) {
			require.NoError(t, err)
			row := map[string]any{}
			for i, c := range table.Columns {
				row[c.Name] = record.Values[i]
			}
			found = append(found, row)
		}
		assert.Equal(t, want, found, table.Name)
	}
	assert.Empty(t, wanted, "tables that the package does not hold")
}

func TestPublishDefault_GivesTheSameContentEachTime(t *testing.T) {
	testsize.Long(t)
	var hashes []string
	for range 2 {
		release, err := exchange.PublishDefault(t.Context(), mustStore(t), now)
		require.NoError(t, err)
		assert.Equal(t, 1, release.Number)
		assert.True(t, release.Synthetic)
		assert.False(t, release.Factual)
		first := labour.MustParseDate("2012-01-01")
		assert.Equal(t, &first, release.DataFrom, "the day on which the made-up register begins, full")
		hashes = append(hashes, release.ContentHash)
	}
	assert.Equal(t, hashes[0], hashes[1])
}

func TestImport_TellsHowFarItHasCome(t *testing.T) {
	testsize.Long(t)
	pkg := mustOpen(t, os.DirFS(generated(t, 3000)))
	last := map[string]int64{}
	steps := 0
	var order []string
	_, err := exchange.Import(t.Context(), mustStore(t), pkg, exchange.Options{Now: now, Progress: func(file string, done, size int64) {
		if !slices.Contains(order, file) {
			order = append(order, file)
		}
		assert.GreaterOrEqual(t, done, last[file], "%s goes back", file)
		assert.LessOrEqual(t, done, size, file)
		last[file] = done
		steps++
	}})
	require.NoError(t, err)
	var names []string
	for _, file := range pkg.Files() {
		names = append(names, file.Name())
		assert.Equal(t, file.Size(), last[file.Name()], "%s is read to its end", file.Name())
	}
	assert.Equal(t, names, order)
	assert.Greater(t, steps, len(names), "long files are told of on the way")
}

func TestImport_NoteOfTheCallGoesBeforeThePackages(t *testing.T) {
	store := mustStore(t)
	for note, want := range map[string]string{"": "From the package.", "From the call.": "From the call."} {
		outcome, err := exchange.Import(t.Context(), store, mustOpen(t, countries("KP,DPR Korea\n")), exchange.Options{Now: now, Note: note})
		require.NoError(t, err)
		assert.Equal(t, want, outcome.Release.Note)
	}
}

func TestImport_FaultsComeInTheOrderOfTheRows(t *testing.T) {
	var told []string
	options := exchange.Options{Now: now, Fault: func(r exchange.Remark) { told = append(told, r.String()) }}
	outcome, err := exchange.Import(t.Context(), mustStore(t), mustOpen(t, countries("KP,DPR Korea\nkp,\nKP,again\nCN,China,surplus\n")), options)

	var faulty *exchange.FaultyError
	require.ErrorAs(t, err, &faulty)
	assert.Equal(t, int64(3), faulty.Rows)
	assert.EqualError(t, err, "3 rows are faulty; nothing was published")
	assert.Equal(t, []string{
		`countries.csv:3:1: code: expected a country code of two capital letters such as KP, found "kp"`,
		`countries.csv:3:4: name: expected a value, found nothing`,
		`countries.csv:4:1: code: expected a key that comes once, found "KP" again, first on line 2`,
		`countries.csv:5:1: expected 2 fields, found 3`,
	}, told)
	assert.Equal(t, []labour.ImportCounts{{Table: "countries", Read: 4, Inserted: 1, Rejected: 3}}, outcome.Counts)
	assert.Zero(t, outcome.Release.Number)
	assert.EqualError(t, &exchange.FaultyError{Rows: 1}, "1 row is faulty; nothing was published")
}

func TestImport_ReturnsBusyWhileAnotherWorks(t *testing.T) {
	store := mustStore(t)
	draft, err := store.Draft(t.Context(), db.Replace)
	require.NoError(t, err)
	_, err = exchange.Import(t.Context(), store, mustOpen(t, countries("KP,DPR Korea\n")), exchange.Options{Now: now})
	require.ErrorIs(t, err, db.ErrBusy)

	require.NoError(t, draft.Discard())
	_, err = exchange.Import(t.Context(), store, mustOpen(t, countries("KP,DPR Korea\n")), exchange.Options{Now: now})
	require.NoError(t, err)
}

func TestImport_StoppedOnTheWayLeavesNothing(t *testing.T) {
	testsize.Long(t)
	store := mustStore(t)
	pkg := mustOpen(t, os.DirFS(generated(t, 3000)))
	for _, at := range []string{"sources.csv", "observations.csv", "repatriations.csv"} {
		ctx, stop := context.WithCancel(t.Context())
		_, err := exchange.Import(ctx, store, pkg, exchange.Options{Now: now, Progress: func(file string, _, _ int64) {
			if file == at {
				stop()
			}
		}})
		stop()
		require.ErrorIs(t, err, context.Canceled, at)
		assert.NoDirExists(t, filepath.Join(store.Dir(), "draft"))
		assert.NoFileExists(t, filepath.Join(store.Dir(), "CURRENT"))
	}
	outcome, err := exchange.Import(t.Context(), store, pkg, exchange.Options{Now: now})
	require.NoError(t, err)
	assert.Equal(t, 1, outcome.Release.Number)
}

func TestExport_StoppedOnTheWayLeavesNothing(t *testing.T) {
	testsize.Long(t)
	store := mustStore(t)
	_, err := exchange.Import(t.Context(), store, mustOpen(t, os.DirFS(generated(t, 300))), exchange.Options{Now: now})
	require.NoError(t, err)
	release, done, err := store.Current(t.Context())
	require.NoError(t, err)
	defer done()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	dir := t.TempDir()
	require.Error(t, exchange.Export(ctx, release, dir))
	left, err := os.ReadDir(dir)
	require.True(t, err == nil || errors.Is(err, fs.ErrNotExist))
	assert.Empty(t, left)
}

func TestImport_OfAnExportGivesTheSameContentWhateverTheValues(t *testing.T) {
	files := fstest.MapFS{
		"datapackage.json": {Data: []byte(`{"homebound": {"currency": "USD", "dataThrough": "2019-12-31"}, "resources": [{"path": "sources.csv"}, {"path": "countries.csv"},
			{"path": "regions.csv"}, {"path": "indicators.csv"}, {"path": "observations.csv"}, {"path": "permits.csv"}]}`)},
		"sources.csv":    {Data: []byte("id,title,publisher,kind,licence\n\"a,\"\"b\"\"\",\"line\r\nbreak\",' quoted ',NEWS,\" \"\nя,Заголовок,Издатель,NEWS,\n")},
		"countries.csv":  {Data: []byte("code,name\nKP,KP\n")},
		"regions.csv":    {Data: []byte("code,name_en,kind\nRU,Russia,COUNTRY\n")},
		"indicators.csv": {Data: []byte("code,name,unit,definition\nX,X,u,x\n")},
		"observations.csv": {Data: []byte("indicator,region_code,from,to,value,unit,status,source_id\n" +
			"X,RU,2017-01-01,2017-12-31,-0,u,A,я\nX,RU,2018-01-01,2018-12-31,0.1,u,A,я\nX,RU,2019-01-01,2019-12-31,1e300,u,A,я\nX,RU,2020-01-01,2020-12-31,12345678901234567890,u,A,я\n")},
		"permits.csv": {Data: []byte("id,number,region_code,nationality,workers,issued_on,valid_from,valid_to,wage_monthly,wage_currency,source_id,synthetic\n" +
			"1,001,RU,KP,1000000,2017-01-01,2017-01-01,9999-12-31,0.3333333333333333,RUB,я,1\n")},
	}
	first := mustStore(t)
	outcome, err := exchange.Import(t.Context(), first, mustOpen(t, files), exchange.Options{Now: now})
	require.NoError(t, err)
	release, done, err := first.Current(t.Context())
	require.NoError(t, err)
	defer done()
	dir := filepath.Join(t.TempDir(), "out")
	require.NoError(t, exchange.Export(t.Context(), release, dir))

	second := mustStore(t)
	again, err := exchange.Import(t.Context(), second, mustOpen(t, os.DirFS(dir)), exchange.Options{Mode: db.Replace, Now: now})
	require.NoError(t, err)
	assert.Equal(t, outcome.Release.ContentHash, again.Release.ContentHash)
	manifest, err := os.ReadFile(filepath.Join(dir, "datapackage.json"))
	require.NoError(t, err)
	assert.True(t, strings.Contains(string(manifest), `"USD"`) && strings.Contains(string(manifest), `"2019-12-31"`))
}
