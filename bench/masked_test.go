package bench

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
)

// asReal returns a copy of a register's package whose rows say of themselves to be real, so that they can be masked.
func asReal(tb testing.TB, permits int) string {
	tb.Helper()
	dir := filepath.Join(folder(tb, permits), "real")
	if _, err := os.Stat(filepath.Join(dir, "whole")); err == nil {
		return dir
	}
	require.NoError(tb, os.RemoveAll(dir))
	require.NoError(tb, os.CopyFS(dir, os.DirFS(packaged(tb, permits))))
	for _, name := range []string{"employers.csv", "permits.csv", "repatriations.csv", "sources.csv"} {
		require.NoError(tb, rewrite(filepath.Join(dir, name)), name)
	}
	require.NoError(tb, os.WriteFile(filepath.Join(dir, "whole"), nil, 0o644))
	return dir
}

// rewrite makes the rows of a file real, and of no synthetic source.
func rewrite(path string) (err error) {
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close(), os.Rename(path+".new", path)) }()
	in, out := csv.NewReader(from), csv.NewWriter(to)
	header, err := in.Read()
	if err != nil {
		return err
	}
	synthetic, kind := slices.Index(header, "synthetic"), slices.Index(header, "kind")
	for row := header; ; {
		if err := out.Write(row); err != nil {
			return err
		}
		if row, err = in.Read(); err != nil {
			out.Flush()
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return errors.Join(err, out.Error())
		}
		if synthetic >= 0 {
			row[synthetic] = "false"
		}
		if kind >= 0 {
			row[kind] = strings.Replace(row[kind], "SYNTHETIC", "PARTNER", 1)
		}
	}
}

// publishedReal publishes a register of real rows, masked for k workers.
func publishedReal(tb testing.TB, permits, k int) *world {
	tb.Helper()
	dir := filepath.Join(folder(tb, permits), fmt.Sprintf("data-real-%d", k))
	require.NoError(tb, os.RemoveAll(dir))
	pkg, err := datapackage.Open(tb.Context(), asReal(tb, permits), datapackage.Limits{UnpackedBytes: 1 << 36})
	require.NoError(tb, err)
	defer pkg.Close()
	store, err := db.OpenStore(dir, db.Confidential(k))
	require.NoError(tb, err)
	_, err = exchange.Import(tb.Context(), store, pkg, exchange.Options{Mode: db.Replace, Now: time.Now()})
	require.NoError(tb, errors.Join(err, store.Close()))
	w := openFolder(tb, dir)
	require.Equal(tb, k, w.release.Confidential())
	return w
}

// masked sets a question on a register whose rows are masked against the same on one whose rows are not.
func masked(what, query string, most float64) contest {
	return contest{what + ", rows masked", "the same of rows as they are", atMost(most), func(tb testing.TB) (ours, theirs func() error) {
		on, off := publishedReal(tb, *permitsFlag, 10), publishedReal(tb, *permitsFlag, 0)
		return on.asking(tb, query, nil), off.asking(tb, query, nil)
	}}
}

var maskedOverOff = []contest{
	masked("report of region × year", regionYearInGraphQL, 1.1),
	masked("report of region × quarter with four measures", `{ report(groupBy: [REGION], granularity: QUARTER, filter: {nationalities: ["KP"]}) {
		rows { region { code } period { label } permitsIssued workersPresent peakWorkersPresent workersRepatriated } } }`, 1.1),
	masked("report of a period that cuts months, by employer", `{ report(groupBy: [EMPLOYER], first: 100, filter: {within: "RU-PRI",
		period: {from: "2016-03-07", to: "2017-05-19"}}) { rows { employer { id } permitsIssued workersAuthorised averageMonthlyWage } } }`, 1.5),
}

// BenchmarkMasked measures what masks cost a report.
func BenchmarkMasked(b *testing.B) {
	for _, c := range maskedOverOff {
		b.Run(strings.ReplaceAll(c.what, " ", "_"), c.bench)
	}
}
