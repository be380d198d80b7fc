package db

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"homebound/db/internal/packed"
	"homebound/internal/labour"
)

// What a sum says of its rows is true of each: none holds where it says none, and every one where it says all. Of a single
// row it always knows.
func TestShares_AreTrueOfEveryRow(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 14))
	said := map[share]int{}
	for range 20_000 {
		start := labour.NewDate(2018, 1, 1)
		days := func(most int) labour.Period {
			from := start.AddDays(rng.IntN(200))
			return labour.Period{From: from, To: from.AddDays(rng.IntN(most))}
		}
		rows := make([]packed.RowDays, 1+rng.IntN(4))
		sum := packed.NoRows
		for i := range rows {
			rows[i] = packed.RowDays{Day: days(1).From, Held: packed.NoDays, Workers: rng.IntN(9)}
			if rng.IntN(4) > 0 {
				rows[i].Held = days(100)
			}
			sum.Add(rows[i])
		}
		asked := days(150)
		inForce := func(r packed.RowDays) bool { return r.Held.Clip(asked).Days() > 0 }
		var held []packed.RowDays
		for _, r := range rows {
			if r.Held.Days() > 0 {
				held = append(held, r)
			}
		}
		for _, check := range []struct {
			name  string
			share share
			rows  []packed.RowDays
			holds func(packed.RowDays) bool
		}{
			{"dated", shareOf(sum.Day, asked), rows, func(r packed.RowDays) bool { return asked.Contains(r.Day) }},
			{"in force, of those that ever are", shareInForce(sum, asked), held, inForce},
			{"in force", shareOfAll(sum, asked), rows, inForce},
		} {
			said[check.share]++
			hold := len(slices.DeleteFunc(slices.Clone(check.rows), func(r packed.RowDays) bool { return !check.holds(r) }))
			switch check.share {
			case none:
				assert.Zero(t, hold, "%s: %v of %v", check.name, asked, rows)
			case all:
				assert.Len(t, check.rows, hold, "%s: %v of %v", check.name, asked, rows)
			case some:
				assert.Greater(t, len(rows), 1, "%s: %v of %v", check.name, asked, rows)
			}
		}
	}
	assert.Len(t, said, 3, "each is said: %v", said)
}
