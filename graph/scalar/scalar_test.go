package scalar_test

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/graph/scalar"
	"homebound/internal/labour"
)

// written returns the JSON that m writes.
func written(m graphql.Marshaler) string {
	var out bytes.Buffer
	m.MarshalGQL(&out)
	return out.String()
}

// requireFault asserts that err is written for the person who asked, with the code.
func requireFault(tb testing.TB, err error, code labour.Code) {
	tb.Helper()
	var fault *labour.Fault
	require.ErrorAs(tb, err, &fault)
	require.Equal(tb, code, fault.Code)
}

func TestDate_ReadsWhatItWrites(t *testing.T) {
	for _, text := range []string{"0001-01-01", "1969-12-31", "1970-01-01", "2016-02-29", "2017-12-22", "9999-12-31"} {
		d, err := scalar.UnmarshalDate(text)
		require.NoError(t, err)
		assert.Equal(t, `"`+text+`"`, written(scalar.MarshalDate(d)))
	}
}

func TestDate_RefusesWhatIsNoDay(t *testing.T) {
	for name, v := range map[string]any{
		"no such day":     "2017-02-29",
		"no such month":   "2017-13-01",
		"year nought":     "0000-01-01",
		"a moment":        "2017-12-22T00:00:00Z",
		"slashes":         "2017/12/22",
		"empty":           "",
		"a number":        json.Number("20171222"),
		"a boolean":       true,
		"nothing":         nil,
		"space before it": " 2017-12-22",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scalar.UnmarshalDate(v)
			requireFault(t, err, labour.BadUserInput)
		})
	}
}

func FuzzDate(f *testing.F) {
	for _, seed := range []string{"2017-12-22", "2016-02-29", "0001-01-01", "9999-12-31", "2017-02-29", "0000-00-00", "٢٠١٧-١٢-٢٢", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := scalar.UnmarshalDate(text)
		if err != nil {
			requireFault(t, err, labour.BadUserInput)
			return
		}
		require.Equal(t, `"`+text+`"`, written(scalar.MarshalDate(d)), "one day has one form")
	})
}

func TestURL_TakesWebAddressesAlone(t *testing.T) {
	for _, address := range []string{"http://example.org", "https://undocs.org/S/RES/2397(2017)", "HTTPS://example.org/?a=1#b"} {
		read, err := scalar.UnmarshalURL(address)
		require.NoError(t, err)
		assert.Equal(t, `"`+address+`"`, written(scalar.MarshalURL(read)))
	}
	for _, v := range []any{"", "example.org", "/path", "https://", "ftp://example.org", "javascript:alert(1)", "https://exa mple.org", 7, nil} {
		_, err := scalar.UnmarshalURL(v)
		requireFault(t, err, labour.BadUserInput)
	}
}

func TestInt_WritesNothingBeyond32Bits(t *testing.T) {
	for n, want := range map[int]string{0: "0", 37000: "37000", math.MaxInt32: "2147483647", math.MinInt32: "-2147483648"} {
		var out bytes.Buffer
		require.NoError(t, scalar.MarshalInt(n).MarshalGQLContext(t.Context(), &out))
		assert.Equal(t, want, out.String())
	}
	for _, n := range []int{math.MaxInt32 + 1, math.MinInt32 - 1, math.MaxInt64} {
		var out bytes.Buffer
		requireFault(t, scalar.MarshalInt(n).MarshalGQLContext(t.Context(), &out), labour.LimitExceeded)
		assert.Empty(t, out.String())
	}
}

func TestInt_ReadsWholeNumbersAlone(t *testing.T) {
	for _, v := range []any{int64(100), 100, json.Number("100")} {
		n, err := scalar.UnmarshalInt(t.Context(), v)
		require.NoError(t, err)
		assert.Equal(t, 100, n)
	}
	for _, v := range []any{int64(math.MaxInt32 + 1), json.Number("2147483648"), json.Number("1.5"), 1.5, "many", true} {
		_, err := scalar.UnmarshalInt(t.Context(), v)
		requireFault(t, err, labour.BadUserInput)
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "plain", `"quoted\"`, "Приморский край", "a\tb\r\nc", "\x00\x1f\x7f\xff\u2028</script>", "北\xe5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		require.Equal(t, written(graphql.MarshalString(text)), string(scalar.AppendText(nil, text)))
	})
}
