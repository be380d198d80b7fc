package graph

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
)

var orders = []listOrder{{"sources", byPlace}, {"permits ISSUED_ON DESC", byText}, {"permits WORKERS", byNumber}}

// No text brings parseCursor down, and what it accepts is a place in the list that it was asked for, which
// formatCursor writes again as a cursor of the same place.
func FuzzCursor(f *testing.F) {
	for _, order := range orders {
		f.Add(formatCursor(order, db.Position{ID: "P01"}))
		f.Add(formatCursor(order, db.Position{Value: "2017-12-22", ID: "P01"}))
		f.Add(formatCursor(order, db.Position{Value: int64(1 << 62), ID: "P01"}))
	}
	for _, seed := range []string{"", "e30", "bnVsbA", "W10", "eyJvIjoic291cmNlcyJ9", "eyJvIjoicGVybWl0cyBXT1JLRVJTIiwidiI6MS41LCJpIjoiUDAxIn0",
		"eyJvIjoicGVybWl0cyBXT1JLRVJTIiwidiI6MWU5OTksImkiOiJQMDEifQ", "not a cursor", "====", "\x00\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, order := range orders {
			position, err := parseCursor("after", &text, order)
			if err != nil {
				var fault *labour.Fault
				require.ErrorAs(t, err, &fault)
				assert.Equal(t, labour.BadUserInput, fault.Code)
				continue
			}
			switch order.by {
			case byPlace:
				assert.Nil(t, position.Value)
			case byText:
				assert.IsType(t, "", position.Value)
			case byNumber:
				assert.IsType(t, int64(0), position.Value)
			}
			again := formatCursor(order, *position)
			same, err := parseCursor("after", &again, order)
			require.NoError(t, err)
			assert.Equal(t, position, same)
		}
	})
}

func FuzzCursor_IsReadBack(f *testing.F) {
	f.Add("P01", "2017-12-22", int64(12))
	f.Add("", "", int64(0))
	f.Add("Амурский лес", `"quoted", \ and <tagged>`, int64(-1<<63))
	f.Add("\x1f", "\u2028", int64(1<<53+1))
	f.Fuzz(func(t *testing.T, id, text string, number int64) {
		if !utf8.ValidString(id) || !utf8.ValidString(text) {
			t.Skip("an import lets no such text in")
		}
		for i, position := range []db.Position{{ID: id}, {Value: text, ID: id}, {Value: number, ID: id}} {
			written := formatCursor(orders[i], position)
			read, err := parseCursor("before", &written, orders[i])
			require.NoError(t, err)
			assert.Equal(t, &position, read)
			_, err = parseCursor("before", &written, listOrder{"another list", orders[i].by})
			assert.Error(t, err)
		}
	})
}

// No id brings parseGlobalID down, and what it accepts is an id of a type that nodes can find.
func FuzzNodeID(f *testing.F) {
	for typename := range nodes {
		f.Add(globalID(typename, "S/RES/2397(2017)"))
		f.Add(globalID(typename, ""))
	}
	for _, seed := range []string{"", ":", "P01", "UGVybWl0", "UGVybWl0OlAwMQ", "T2JsYXN0OlJVLVBSSQ==", "\xff\xfe", "UGVybWl0Ojo6"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		typename, key, ok := parseGlobalID(id)
		if !ok {
			assert.Equal(t, id, keyOf("Permit", id), "what is no global id may be the publisher's own")
			return
		}
		assert.Contains(t, nodes, typename)
		again, sameKey, ok := parseGlobalID(globalID(typename, key))
		assert.True(t, ok)
		assert.Equal(t, typename, again)
		assert.Equal(t, key, sameKey)
		assert.Equal(t, key, keyOf(typename, id))
	})
}
