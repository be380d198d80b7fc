package exchange_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
)

// A register with more workers than were published is told, once for each figure, and so is a repatriation that is of
// somebody else than its permit.
func TestCheck_TellsRowsBeyondPublishedTotalsAndOtherPermits(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"datapackage.json": `{"resources": [{"path": "sources.csv"}, {"path": "countries.csv"}, {"path": "regions.csv"},
			{"path": "region_parents.csv"}, {"path": "indicators.csv"}, {"path": "observations.csv"}, {"path": "employers.csv"},
			{"path": "permits.csv"}, {"path": "repatriations.csv"}]}`,
		"sources.csv":        "id,title,publisher,kind\nS1,T,P,NEWS\n",
		"countries.csv":      "code,name\nKP,Korea\nCN,China\n",
		"regions.csv":        "code,name_en,kind\nRU,Russia,COUNTRY\nRU-PRI,Primorsky Krai,SUBJECT\nRU-BU,Buryatia,SUBJECT\n",
		"region_parents.csv": "code,parent_code\nRU-PRI,RU\nRU-BU,RU\n",
		"indicators.csv":     "code,name,unit,definition\nFOREIGN_WORK_PERMITS,Permits,persons,D\nWORKERS_PRESENT,Present,persons,D\n",
		"observations.csv": "indicator,region_code,nationality,from,to,value,unit,status,source_id\n" +
			"FOREIGN_WORK_PERMITS,RU-BU,,2017-01-01,2017-12-31,10,persons,NORMAL,S1\n" + // 12 are there
			"FOREIGN_WORK_PERMITS,RU-BU,,2018-01-01,2018-12-31,4,persons,NORMAL,S1\n" + // 4, after departures
			"FOREIGN_WORK_PERMITS,RU,,2017-01-01,2017-12-31,20,persons,NORMAL,S1\n" + // 20
			"WORKERS_PRESENT,RU,KP,2017-12-31,2017-12-31,15,persons,NORMAL,S1\n", // 16
		"employers.csv": "id,name,region_code,source_id\nE1,One,RU-BU,S1\nE2,Two,RU-BU,S1\n",
		"permits.csv": "id,number,employer_id,region_code,nationality,workers,issued_on,valid_from,valid_to,source_id\n" +
			"P1,N,E1,RU-BU,KP,8,2017-01-09,2017-02-01,2019-01-31,S1\n" +
			"P2,N,E1,RU-BU,CN,4,2017-01-09,2017-02-01,2017-12-31,S1\n" +
			"P3,N,,RU-PRI,KP,8,2017-01-09,2017-02-01,2018-01-31,S1\n" +
			"P4,N,,RU-PRI,KP,8,2016-01-09,2016-02-01,2017-12-30,S1\n" +
			"P5,N,,RU-PRI,KP,8,2017-01-09,,,S1\n", // in force on no day that is known
		"repatriations.csv": "id,region_code,nationality,employer_id,permit_id,date,workers,outcome,source_id\n" +
			"R1,RU-BU,KP,E1,P1,2018-03-01,4,RETURNED,S1\n" +
			"R2,RU-PRI,KP,E2,P1,2019-01-01,1,RETURNED,S1\n" +
			"R3,RU-PRI,CN,E2,P3,2018-01-02,1,RETURNED,S1\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	defer store.Close()
	pkg, err := datapackage.Open(t.Context(), dir, datapackage.Limits{})
	require.NoError(t, err)
	defer pkg.Close()
	var told []string
	var kinds exchange.Kinds
	result, err := exchange.Check(t.Context(), store, pkg, exchange.Options{Now: time.Now(), Warning: func(r exchange.Remark) {
		told = append(told, r.String())
		kinds.Add(r, true)
	}})
	require.NoError(t, err)
	assert.NoError(t, result.Refused)
	assert.Equal(t, []string{
		"permits.csv:2:18: workers: more workers at the end of a year than were published: 16 in RU at the end of 2017, S1 has 15 (WORKERS_PRESENT)",
		"permits.csv:2:18: workers: more workers at the end of a year than were published: 12 in RU-BU at the end of 2017, S1 has 10 (FOREIGN_WORK_PERMITS)",
		"repatriations.csv:3:4: region_code: another region than its permit's: RU-PRI, where permit P1 has RU-BU",
		"repatriations.csv:3:14: employer_id: another employer than its permit's: E2, where permit P1 has E1",
		"repatriations.csv:4:11: nationality: another nationality than its permit's: CN, where permit P3 has KP",
	}, told)
	list := kinds.List()
	require.Len(t, list, 4)
	assert.EqualValues(t, 2, list[0].Rows, "both totals are of one kind")
	assert.Equal(t, "see whether permits are repeated, are of a larger region, or run on after workers left", list[0].Advice)
	assert.Equal(t, "correct the row or its permit_id; departures count where the permit is", list[1].Advice)
}
