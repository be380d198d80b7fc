package bench

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asked is a question of the suite.
type asked struct{ what, query string }

// suite has a question of each kind that readers ask. None may read the register: each is held to the same time on a
// register of any size, coldBound for the first time and warmBound at the median.
var suite = []asked{
	{"report of region × year", regionYearInGraphQL},
	{"report by nationality", `{ report(groupBy: [NATIONALITY]) { rows { nationality { code } permitsIssued workersPresent peakWorkersPresent } } }`},
	{"report of a period that cuts months", `{ report(groupBy: [REGION], granularity: MONTH, filter: { period: { from: "2016-03-07", to: "2017-05-19" } }) {
		rows { region { code } period { label } permitsIssued workersAuthorised workersPresent } } }`},
	{"report of synthetic rows alone", `{ report(groupBy: [REGION], granularity: YEAR, filter: { synthetic: true }) {
		rows { region { code } period { label } permitsIssued workersPresent peakWorkersPresent } } }`},
	{"report of departures by district and outcome", `{ report(groupBy: [DISTRICT, OUTCOME], granularity: YEAR) {
		rows { district { code } outcome period { label } workersRepatriated } } }`},
	{"report by employer, the first 20", `{ report(groupBy: [EMPLOYER], first: 20) {
		rows { employer { name } permitsIssued workersAuthorised } totalCount } }`},
	{"report by employer, the 20 with the most workers", `{ report(groupBy: [EMPLOYER], first: 20,
		orderBy: [{ measure: WORKERS_AUTHORISED, direction: DESC }]) { rows { employer { name } workersAuthorised averageMonthlyWage } totalCount } }`},
	{"report by employer, the 20 with the highest peaks in a district", `{ report(groupBy: [EMPLOYER], first: 20, filter: { within: "RU-FD-FE" },
		orderBy: [{ measure: PEAK_WORKERS_PRESENT, direction: DESC }]) { rows { employer { name } peakWorkersPresent } totalCount } }`},
	{"economicImpact of the Far East", `{ economicImpact(region: "RU-FD-FE") { baselineWorkers departedWorkers workerYearsLost
		outputLost { low central high unit } wagesLost { low central high unit }
		timeline(granularity: QUARTER) { period { label } departedWorkers } byIndustry { industry { code } workerYearsLost } } }`},
	{"compliance with S/RES/2397(2017)", `{ compliance(sanction: "S/RES/2397(2017)") { progress remaining status } }`},
	{"provenance of a figure", `{ report(filter: { within: "RU-FD-FE" }) { totals { permitsIssued workersPresent }
		provenance { rowsRead sources { title } } } }`},
	{"availability of a region", `{ availability(filter: { within: "RU-SAK" }) { industries { code } from to } }`},
	{"claims with their checks", `{ claims(first: 100) { nodes { id check { verdict } } } }`},
	{"page of 100 permits with employer, region and source", `{ permits(first: 100) {
		nodes { number workers issuedOn employer { name } region { code name } source { title } } } }`},
	{"permits in force on a day, with totalCount", `{ permits(first: 100, filter: { inForceOn: "2016-06-01" }) { totalCount totalWorkers nodes { number validTo } } }`},
	{"the largest permits of the Far East, with totalCount", `{ permits(first: 100, filter: { within: "RU-FD-FE" },
		orderBy: { field: WORKERS, direction: DESC }) { totalCount totalWorkers nodes { number workers } } }`},
	{"permits of a district that end last, with totalCount", `{ permits(first: 100, filter: { within: "RU-FD-SI" },
		orderBy: { field: VALID_TO, direction: DESC }) { totalCount nodes { number validTo } } }`},
	{"permits of a nationality and an industry", `{ permits(first: 100, filter: { nationalities: ["KP"], industries: ["F"] },
		orderBy: { field: NUMBER }) { totalCount nodes { number } } }`},
	{"repatriations of an outcome", `{ repatriations(first: 100, filter: { outcomes: [DEPORTED] }) { totalCount nodes { date workers } } }`},
	{"employers by workers", `{ employers(first: 20, orderBy: { field: WORKERS_AUTHORISED, direction: DESC }) { totalCount nodes { name } } }`},
	{"employers that a word finds, with their permits", `{ employers(first: 20, filter: { search: "12" }) {
		totalCount nodes { name permits(first: 5) { nodes { number } } } } }`},
}

const (
	coldBound = time.Second
	warmBound = 100 * time.Millisecond
)

// spent is what a question took by the clock, and of processors, which other users of the machine move less.
type spent struct{ clock, processor time.Duration }

func (s spent) String() string {
	return fmt.Sprintf("%s (%s)", shownTime(s.clock), shownTime(s.processor))
}

// spending measures something that is done once.
func spending(tb testing.TB, do func()) spent {
	tb.Helper()
	before, began := processorTime(tb), time.Now()
	do()
	return spent{time.Since(began), processorTime(tb) - before}
}

// medians are the medians of both.
func medians(took []spent) spent {
	var clock, processor []time.Duration
	for _, s := range took {
		clock, processor = append(clock, s.clock), append(processor, s.processor)
	}
	return spent{median(clock), median(processor)}
}

// cold returns the median of what a question takes on a release that was just opened, none of whose pages the system
// holds in memory: the opening is counted too. It is 0 where the machine has no dd that lets a file's pages go.
func cold(tb testing.TB, dir, file, query string) spent {
	tb.Helper()
	var took []spent
	for range 3 {
		forget := exec.CommandContext(tb.Context(), "dd", "if="+file, "iflag=nocache", "count=0", "of=/dev/null")
		if forget.Run() != nil {
			return spent{}
		}
		var w *world
		took = append(took, spending(tb, func() {
			w = openFolder(tb, dir)
			_, err := w.ask(tb.Context(), query, nil)
			require.NoError(tb, err, query)
		}))
		w.closing()
	}
	return medians(took)
}

// BenchmarkSuite measures each question of the suite on a register of any size: the first answer, and the median of
// all.
func BenchmarkSuite(b *testing.B) {
	w := open(b, *permitsFlag)
	for _, q := range suite {
		b.Run(strings.NewReplacer(" ", "_", "/", "-").Replace(q.what), func(b *testing.B) {
			b.ReportMetric(float64(cold(b, w.store.Dir(), w.releaseFile(b), q.query).clock.Milliseconds()), "ms-cold")
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				_, err := w.ask(b.Context(), q.query, nil)
				require.NoError(b, err)
				took = append(took, time.Since(began))
			}
			b.ReportMetric(float64(median(took).Microseconds())/1000, "ms-median")
		})
	}
}

// suiteRows asks the suite and prints a table of it. The program, under the limits that it has by itself, has to answer
// each question too.
func suiteRows(t *testing.T, permits int) {
	w := open(t, permits)
	s := serve(t, built(t), w.store.Dir())
	defer s.stop(t)
	fmt.Printf("\n| question, %s permits | cold (processor time) | ≤ %v | median (processor time) | ≤ %v |\n"+
		"| --- | --- | --- | --- | --- |\n", grouped(permits), coldBound, warmBound)
	for _, q := range suite {
		if err := s.ask(t.Context(), q.query); !assert.NoError(t, err, q.what) {
			fmt.Printf("| %s | refused | missed | | missed |\n", q.what)
			continue
		}
		first := cold(t, w.store.Dir(), w.releaseFile(t), q.query)
		var took []spent
		for began := time.Now(); len(took) < 5 || len(took) < 100 && time.Since(began) < 3*time.Second; {
			took = append(took, spending(t, func() {
				_, err := w.ask(t.Context(), q.query, nil)
				require.NoError(t, err)
			}))
		}
		usual := medians(took)
		fmt.Printf("| %s | %s | %s | %s | %s |\n", q.what, first, met(first.clock <= coldBound), usual,
			met(usual.clock <= warmBound))
		assert.LessOrEqual(t, first.clock, coldBound, "%s, cold", q.what)
		assert.LessOrEqual(t, usual.clock, warmBound, "%s, median", q.what)
	}
}

// processorTime returns what this process has taken of processors so far.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var usage syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func met(holds bool) string {
	if holds {
		return "met"
	}
	return "missed"
}
