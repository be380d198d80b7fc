package exchange_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
)

// Wages of another unit of time than a month are told.
func TestCheck_TellsWagesFarFromTheMedian(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	write("datapackage.json", `{"resources": [{"path": "sources.csv"}, {"path": "countries.csv"}, {"path": "regions.csv"}, {"path": "permits.csv"}]}`)
	write("sources.csv", "id,title,publisher,kind\nS1,T,P,NEWS\n")
	write("countries.csv", "code,name\nKP,Korea\n")
	write("regions.csv", "code,name_en,kind\nRU-PRI,Primorsky Krai,SUBJECT\n")
	permits := "id,number,region_code,nationality,workers,issued_on,valid_from,valid_to,wage_monthly,wage_currency,source_id\n"
	for i := range 40 {
		wage := 2000 + 10*i
		switch i {
		case 7:
			wage = 90000
		case 9:
			wage = 12
		}
		permits += fmt.Sprintf("P%d,N,RU-PRI,KP,1,2017-01-09,2017-02-01,2018-01-31,%d,USD,S1\n", i, wage)
	}
	write("permits.csv", permits+"X,N,RU-PRI,KP,1,2017-01-09,2017-02-01,2018-01-31,1,EUR,S1\n")
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	defer store.Close()
	pkg, err := datapackage.Open(t.Context(), dir, datapackage.Limits{})
	require.NoError(t, err)
	defer pkg.Close()
	var told []string
	result, err := exchange.Check(t.Context(), store, pkg, exchange.Options{Now: time.Now(), AllowOdd: true,
		Warning: func(r exchange.Remark) { told = append(told, r.String()) }})
	require.NoError(t, err)
	assert.NoError(t, result.Refused)
	refused, err := exchange.Check(t.Context(), store, pkg, exchange.Options{Now: time.Now()})
	require.NoError(t, err)
	assert.ErrorContains(t, refused.Refused, "2 of 40 wages of 2017 in USD move their average from ")
	assert.Equal(t, []string{
		"permits.csv:9:51: wage_monthly: a wage of more than ten times the median, which is 2200 USD: 90000",
		"permits.csv:11:51: wage_monthly: a wage of less than a tenth of the median, which is 2200 USD: 12",
	}, told, strings.Join(told, "\n"))
}
