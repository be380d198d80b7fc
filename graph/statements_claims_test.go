package graph_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
)

// What is withheld is decided once for all claims that are weighed alike: many take no more reads for it than few.
func TestStatements_OfWithheldClaimsDoNotGrowWithTheirNumber(t *testing.T) {
	const ask = `{ claims(first: 500) { nodes { check { verdict computed explanation } } } }`
	content := dbtest.Random(rand.New(rand.NewPCG(27, 1)), 50)
	// cost gives the reads that some claims for each month of 2018 take because counts are withheld, and how many are.
	cost := func(regions, nationalities []string) (reads int64, withheldChecks int) {
		content := content
		content.Claims = nil
		for _, month := range labour.YearPeriod(2018).Split(labour.Month) {
			for _, region := range regions {
				for _, nationality := range nationalities {
					content.Claims = append(content.Claims, labour.Claim{
						ID: fmt.Sprint("C", len(content.Claims)), Topic: "STOCK", Statement: "Says that there were seven", Speaker: "Somebody",
						Operator: labour.Exactly, ValueLow: dbtest.Some(7.0), Unit: "persons", From: &month.From, To: &month.To,
						Region: region, Nationality: nationality, Measure: labour.WorkersPresent, Source: content.Sources[0].ID, Confidence: labour.Medium,
					})
				}
			}
		}
		guarded, plain := withheld(t, content, 12)
		type checked struct {
			Claims struct {
				Nodes []struct{ Check struct{ Explanation string } }
			}
		}
		ctx, count := db.WithStatementCount(t.Context())
		answer := dataOf[checked](ctx, t, guarded, ask)
		require.Len(t, answer.Claims.Nodes, len(content.Claims))
		for _, claim := range answer.Claims.Nodes {
			if strings.Contains(claim.Check.Explanation, "the register's figure is withheld") {
				withheldChecks++
			}
		}
		plainCtx, plainCount := db.WithStatementCount(t.Context())
		dataOf[json.RawMessage](plainCtx, t, plain, ask)
		// What is known by now is not read again.
		again, countAgain := db.WithStatementCount(t.Context())
		assert.Equal(t, answer, dataOf[checked](again, t, guarded, ask))
		assert.Equal(t, plainCount.Load(), countAgain.Load())
		return count.Load() - plainCount.Load(), withheldChecks
	}
	few, fewWithheld := cost([]string{"RU-AMU"}, []string{"KP"})
	many, manyWithheld := cost([]string{"RU-AMU", "RU-BU", "RU-PRI", "RU-IRK"}, []string{"KP", "UZ", "VN"})
	assert.Positive(t, few)
	assert.Equal(t, few, many, "reads for 12 claims and for 144")
	assert.Less(t, few, int64(12))
	assert.Positive(t, fewWithheld)
	assert.Greater(t, manyWithheld, 12)
}
