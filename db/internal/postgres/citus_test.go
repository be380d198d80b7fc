package postgres

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPerRow(t *testing.T) {
	for query, expected := range map[string]string{
		"SELECT 1 FROM permit_facts AS f WHERE 1 = 0 AND (1 = 1) IS NOT TRUE":  "SELECT 1 FROM permit_facts AS f WHERE f.synthetic IS NULL AND (f.synthetic IS NOT NULL) IS NOT TRUE",
		"SELECT 1 FROM repatriations AS f WHERE f.x1 = 0 OR f.n = 1 OR 11 = 1": "SELECT 1 FROM repatriations AS f WHERE f.x1 = 0 OR f.n = 1 OR 11 = 1",
		"SELECT 1 FROM observations AS f WHERE 1 = 0":                          "SELECT 1 FROM observations AS f WHERE 1 = 0",
		"SELECT 1 FROM permits AS f LEFT JOIN d ON d.a = f.b WHERE f.a = ? AND f.b IN (?) AND f.c IN (?, ?)": "SELECT 1 FROM permits AS f LEFT JOIN d " +
			"ON d.a = f.b WHERE ((f.a = ?) IS TRUE) AND ((f.b IN (?)) IS TRUE) AND f.c IN (?, ?)",
	} {
		assert.Equal(t, expected, perRow(query))
	}
}
