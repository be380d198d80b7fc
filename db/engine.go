package db

import (
	"slices"
	"strings"

	"homebound/db/internal/sqlite"
)

// What reads a release is written so that every engine understands it: columns of a VALUES are column1 and on, conditions
// are no numbers, NULL comes first where an order has any, keys and dates are text that is compared by its bytes. What is
// left of differences between engines is here.

// realSums are what reports sum up of numbers that are not whole.
var realSums = []string{aWage + " * f.workers", "f.wage_total"}

// exact writes columns so that a sum of real numbers is the same in whatever order the rows come. SQLite's own SUM is so,
// since it keeps what each addition loses. Others add up as rows come, which several processes deliver in any order: there
// the whole part and the rest of each number are summed up as whole numbers, the rest in units of 2^-52, in which every
// number of 1 and above is without loss.
func (r *Release) exact(columns []string) []string {
	columns = slices.Clone(columns)
	if _, is := r.file.(sqlite.Foreign); !is {
		return columns
	}
	for i := range columns {
		for _, real := range realSums {
			whole := "CAST(" + real + " AS BIGINT)"
			columns[i] = strings.ReplaceAll(columns[i], "SUM("+real+")",
				"(CAST(SUM("+whole+") AS DOUBLE PRECISION) + CAST(SUM(CAST(("+real+" - "+whole+
					") * 4503599627370496 AS BIGINT)) AS DOUBLE PRECISION) / 4503599627370496)")
		}
	}
	return columns
}
