package bench

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestTable measures every row and holds it against its bound. bench/run runs it.
func TestTable(t *testing.T) {
	if !*tableFlag {
		t.Skip("-table measures every row, which takes minutes")
	}
	fmt.Printf("| what, %s permits, %s | against | ours | theirs | figure | bound | |\n| --- | --- | --- | --- | --- | --- | --- |\n", grouped(*permitsFlag), *shapeFlag)
	contests := append(cached[:len(cached):len(cached)], reportOverRollup, queryOverRollup, reportOverRows, queryOverRows, peakOverRows, impactOverReport, impactWagesOverReport, farPageOverFirst, pageOverFields)
	contests = append(contests, maskedOverOff...)
	if *largeFlag > 0 {
		contests = append(contests, reportOfLarge)
	}
	for _, c := range contests {
		t.Run(c.what, func(t *testing.T) { c.row(t) })
	}
	t.Run("statements of a page", func(t *testing.T) {
		row(t, "SQL statements of a page of permits with employer, region and source", statementsOfAPage(t), bound{value: 4})
	})
	t.Run("import", func(t *testing.T) { importOverShell.row(t) })
	t.Run("export", func(t *testing.T) { exportOverShell.row(t) })
	for _, file := range []string{"permits.csv", "permits.parquet", "permits.zip"} {
		t.Run("memory of an export", func(t *testing.T) {
			row(t, "resident memory of /export/"+file+" over the idle server", exportMemory(t, built(t), released(t, *permitsFlag), file), bound{value: 64, unit: " MiB"})
		})
	}
	large := max(*permitsFlag, *largeFlag)
	t.Run("memory of an import", func(t *testing.T) {
		do, most := importing(t, large)
		assert.NoError(t, do())
		row(t, fmt.Sprintf("resident memory of an import of %s permits, at most", grouped(large)), *most, bound{value: 500, unit: " MiB"})
	})
	t.Run("serving", func(t *testing.T) {
		program, data := built(t), released(t, large)
		most, own := serving(t, program, data)
		row(t, fmt.Sprintf("resident memory while %s permits are served, at most (%.0f MiB of it are not pages of the file)", grouped(large), own), most, bound{value: 300, unit: " MiB"})
		row(t, fmt.Sprintf("from the start to the first answer on %s permits, less the time of saying the version", grouped(large)), start(t, program, data), bound{value: 300, unit: " ms"})
	})
	for _, c := range onPostgres {
		t.Run(c.what, func(t *testing.T) { c.row(t) })
	}
	t.Run("suite", func(t *testing.T) { suiteRows(t, large) })
}

// row measures a contest and prints it. A turn of cached answers is of many requests.
func (c contest) row(t *testing.T) {
	r := c.run(t)
	print(t, c.what, c.against, shownTime(r.ours), shownTime(r.theirs), r.ratio, c.bound)
}

func row(t *testing.T, what string, value float64, b bound) {
	print(t, what, "", "", "", value, b)
}

func print(t *testing.T, what, against, ours, theirs string, value float64, b bound) {
	if !b.holds(value) {
		t.Errorf("%s: expected %s, found %.4g", what, b, value)
	}
	fmt.Printf("| %s | %s | %s | %s | %.3g%s | %s | %s |\n", what, against, ours, theirs, value, b.unit, b, met(b.holds(value)))
}

func shownTime(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
}

// grouped writes a number in groups of three digits.
func grouped(n int) string {
	text := fmt.Sprint(n)
	var parts []string
	for len(text) > 3 {
		parts = append([]string{text[len(text)-3:]}, parts...)
		text = text[:len(text)-3]
	}
	return strings.Join(append([]string{text}, parts...), ",")
}
