package db_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

func TestContentHash_IsTheSameInAnyOrder(t *testing.T) {
	testsize.Long(t)
	rng := rand.New(rand.NewPCG(7, 7))
	c := dbtest.Random(rng, 100)
	store := dbtest.MustOpen(t)
	hash := dbtest.MustPublish(t, store, c).ContentHash
	assert.Len(t, hash, 64)
	for range 3 {
		info := publish(t, store, db.Replace, func(draft *db.Draft) {
			require.NoError(t, draft.Set(t.Context(), c.Settings))
			fill(t, draft, func(table dbtest.Table) [][]any {
				rows := table.Rows(c)
				rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
				return rows
			})
		})
		assert.Equal(t, hash, info.ContentHash)
	}
	assert.Equal(t, hash, dbtest.MustPublishInto(t, store, db.Merge, c).ContentHash, "importing the same again changes nothing")
	other := dbtest.MustOpen(t)
	dbtest.MustPublish(t, other, dbtest.Random(rng, 20))
	assert.Equal(t, hash, dbtest.MustPublish(t, other, c).ContentHash, "a replacement forgets what was there")
}

// The hash knows the content and nothing else of a release.
func TestContentHash_IsOfTheContentAlone(t *testing.T) {
	store := dbtest.MustOpen(t)
	first := dbtest.MustPublish(t, store, dbtest.Sample())
	draft, err := store.Draft(t.Context(), db.Merge)
	require.NoError(t, err)
	require.NoError(t, draft.Check(t.Context(), []labour.Gate{{Name: "g", Table: "permits", AtMost: dbtest.Some(1.0)}}))
	second, err := draft.Publish(t.Context(), dbtest.PublishedAt.AddDate(1, 0, 0), "a note")
	require.NoError(t, err)
	assert.Equal(t, first.ContentHash, second.ContentHash)
	assert.Equal(t, 2, second.Number)
	assert.Equal(t, "a note", second.Note)
}

func TestContentHash_ChangesWithEveryCell(t *testing.T) {
	testsize.Long(t)
	// A spare row in each table, which nothing names, so that any of its cells can change alone.
	c := register()
	c.Sources = append(c.Sources, labour.Source{ID: "spare", Title: "Title", Publisher: "Publisher", URL: "https://example.org", PublishedOn: dbtest.On("2018-01-01"), Kind: labour.News, Licence: "CC0"})
	c.Countries = append(c.Countries, labour.Country{Code: "ZZ", Name: "Spare"})
	c.Industries = append(c.Industries, labour.Industry{Code: "S", NameEN: "Spare", NameLocal: "Запас"})
	c.Regions = append(c.Regions, labour.Region{Code: "ZZ", NameEN: "Spare", NameLocal: "Запас", Kind: labour.KindOther})
	c.Memberships = append(c.Memberships, labour.Membership{Code: "X-BAIKAL", Parent: "RU", ValidFrom: dbtest.On("2010-01-01"), ValidTo: dbtest.On("2011-01-01")})
	c.Indicators = append(c.Indicators, labour.Indicator{Code: "SPARE", Name: "Spare", Unit: "RUB", Definition: "None."})
	o := c.Observations[0]
	o.Note, o.Confidence, o.Nationality = "note", labour.Low, "VN"
	c.Observations = append(c.Observations, o)
	s := c.Sanctions[1]
	s.Symbol = "SPARE"
	c.Sanctions = append(c.Sanctions, s)
	claim := c.Claims[0]
	claim.ID, claim.SpeakerRole, claim.ValueHigh, claim.From, claim.To, claim.Note = "spare", "Ambassador", dbtest.Some(4e4), dbtest.On("2017-01-01"), dbtest.On("2017-12-31"), "note"
	c.Claims = append(c.Claims, claim)
	e := c.Employers[0]
	e.ID = "spare"
	c.Employers = append(c.Employers, e)
	p := c.Permits[0]
	p.ID, p.Employer = "spare", ""
	c.Permits = append(c.Permits, p)
	r := c.Repatriations[0]
	r.ID, r.Employer, r.Permit = "spare", "", ""
	c.Repatriations = append(c.Repatriations, r)

	store := dbtest.MustOpen(t)
	cells, every := 0, testsize.Rounds(1, 7)
	hashes := map[string]string{dbtest.MustPublish(t, store, c).ContentHash: "the original"}
	for _, changed := range dbtest.Tables {
		for i, column := range changed.Columns {
			last := len(changed.Rows(c)) - 1
			for _, value := range otherValues(changed, column, changed.Rows(c)[last][i]) {
				if cells++; cells%every != 0 {
					continue
				}
				about := fmt.Sprintf("%s.%s = %v", changed.Name, column, value)
				info := publish(t, store, db.Replace, func(draft *db.Draft) {
					counts := fill(t, draft, func(table dbtest.Table) [][]any {
						rows := table.Rows(c)
						if table.Name == changed.Name {
							rows[last][i] = value
						}
						return rows
					})
					for _, count := range counts {
						require.Zero(t, count.Rejected, about)
					}
				})
				if same, found := hashes[info.ContentHash]; found {
					assert.Failf(t, "the hash is the same", "%s and %s", same, about)
				}
				hashes[info.ContentHash] = about
			}
		}
	}
	assert.Greater(t, cells, 100)
}

// otherValues returns values that a cell might have instead: another one, and none where that is allowed.
func otherValues(table dbtest.Table, column string, value any) []any {
	required := slices.Contains(tableKeys[table.Name], column)
	if other, refers := tableReferences[table.Name][column]; refers {
		if other == "sources" && value == "register" {
			return []any{"statistics"}
		}
		named := map[string]string{"sources": "register", "countries": "UZ", "industries": "A", "regions": "MZ", "indicators": "FX_RUB_PER_KPW",
			"employers": "e", "permits": "p", "sanctions": "S/RES/2375(2017)"}[other]
		return []any{named}
	}
	switch v := value.(type) {
	case bool:
		return []any{!v}
	case int64:
		return []any{v + 1}
	case float64:
		return []any{v * (1 + 1e-15), v + 1}
	case string:
		if _, err := labour.ParseDate(v); err == nil {
			return []any{"2018-02-02"}
		}
		if column == "outcome" {
			return []any{"EXEMPT"}
		}
		if column == "nationalities" {
			return []any{v + ";UZ"}
		}
		if required || table.Name == "sanctions" || column == "kind" || column == "unit" {
			return []any{v + "x"}
		}
		return []any{v + "x", v + " "}
	}
	return []any{"2018-02-02"} // an open end, or a date that is not known
}

// What stands at the end of one cell is not taken for the beginning of the next.
func TestContentHash_KnowsWhereACellEnds(t *testing.T) {
	store := dbtest.MustOpen(t)
	hash := func(title, publisher string, licence string) string {
		return dbtest.MustPublish(t, store, dbtest.Content{Sources: []labour.Source{{ID: "s", Title: title, Publisher: publisher, Kind: labour.News, Licence: licence}}}).ContentHash
	}
	assert.NotEqual(t, hash("ab", "c", ""), hash("a", "bc", ""))
	assert.NotEqual(t, hash("a", "b", "c"), hash("a", "b", ""))
	one := dbtest.Content{Countries: []labour.Country{{Code: "A", Name: "B"}}}
	two := dbtest.Content{Industries: []labour.Industry{{Code: "A", NameEN: "B"}}}
	assert.NotEqual(t, dbtest.MustPublish(t, store, one).ContentHash, dbtest.MustPublish(t, store, two).ContentHash, "the same row in another table")
}
