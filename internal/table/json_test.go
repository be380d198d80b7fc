package table

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestJSON_IsTheArrayOfNDJSONsObjects reads arrays of none, one and many rows.
func TestJSON_IsTheArrayOfNDJSONsObjects(t *testing.T) {
	for _, n := range []int{0, 1, 500} {
		rows := randomRows(n)
		text := written(t, format(t, "json"), everyKind, rows)
		var found []json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(text), &found))
		require.NotNil(t, found)
		require.Len(t, found, n)
		for i, line := range strings.Split(strings.TrimSpace(written(t, format(t, "ndjson"), everyKind, rows)), "\n") {
			if n > 0 {
				require.JSONEq(t, line, string(found[i]))
			}
		}
	}
	cut := written(t, format(t, "json"), everyKind, randomRows(3))
	for at := range len(cut) - 2 {
		require.False(t, json.Valid([]byte(cut[:at])), "a cut array is none")
	}
}

// TestWriters_TheSameRowsAreTheSameBytes since a file that is read in parts may be made anew in between.
func TestWriters_TheSameRowsAreTheSameBytes(t *testing.T) {
	rows := randomRows(1000)
	for _, f := range Formats {
		first := written(t, f, everyKind, rows)
		for range 5 {
			assert.True(t, first == written(t, f, everyKind, rows), f.Extension)
		}
	}
}

// TestAbout_TellsPandasWhatMayBeUnknown holds the description against what pandas 2 writes for the same columns.
func TestAbout_TellsPandasWhatMayBeUnknown(t *testing.T) {
	var said struct {
		Indexes []any `json:"index_columns"`
		Columns []struct {
			Name     string `json:"name"`
			Physical string `json:"numpy_type"`
		} `json:"columns"`
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(pandasTypes(everyKind))))
	require.NoError(t, decoder.Decode(&said))
	assert.NotNil(t, said.Indexes)
	var types []string
	for i, c := range said.Columns {
		assert.Equal(t, everyKind[i].Name, c.Name)
		types = append(types, c.Physical)
	}
	assert.Equal(t, []string{"object", "Int64", "float64", "boolean", "object", "datetime64[ns]"}, types)
}
