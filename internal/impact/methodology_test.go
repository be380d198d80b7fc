package impact_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every row of METHODOLOGY's table of parameters is one of the default package.
func TestParameters_OfTheMethodologyAreThoseOfTheDefaultPackage(t *testing.T) {
	text, err := os.ReadFile("../../docs/METHODOLOGY.md")
	require.NoError(t, err)
	file, err := os.Open("../../db/seed/parameters.csv")
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	known := map[string]bool{}
	for _, r := range rows[1:] {
		known[fmt.Sprintf("| `%s` | %s | %s | %s | %s |", r[0], r[1], r[6], r[7], r[8])] = true
	}
	found := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, " | ")
		if len(cells) != 7 || !strings.HasPrefix(line, "| `") {
			continue
		}
		found++
		name, region := strings.Trim(cells[0], "|` "), strings.Fields(cells[1])[0]
		if !strings.HasPrefix(region, "RU") {
			region = "" // everywhere, or of an industry or a nationality alone
		}
		assert.True(t, known[fmt.Sprintf("| `%s` | %s | %s | %s | %s |", name, region, cells[2], cells[3], cells[4])], "no row of the package: %s", line)
	}
	assert.Greater(t, found, 30)
}
