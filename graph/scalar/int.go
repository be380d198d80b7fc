package scalar

import (
	"context"
	"math"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"homebound/internal/labour"
)

// AppendInt writes a whole number. One that the 32 bits of a GraphQL Int cannot hold is a labour.Fault of LimitExceeded:
// many clients would read it as another number.
func AppendInt(json []byte, n int) ([]byte, error) {
	if n < math.MinInt32 || n > math.MaxInt32 {
		return nil, labour.Faultf(labour.LimitExceeded,
			"expected a number that fits an Int, up to %d, found %d: narrow the filter", math.MaxInt32, n)
	}
	return strconv.AppendInt(json, int64(n), 10), nil
}

// MarshalInt is AppendInt for gqlgen, which writes null beside the fault.
func MarshalInt(n int) graphql.ContextMarshaler { return appending(AppendInt, n) }

// UnmarshalInt reads a whole number of 32 bits. It returns a labour.Fault with BadUserInput for anything else.
func UnmarshalInt(_ context.Context, v any) (int, error) {
	n, err := graphql.UnmarshalInt32(v)
	if err != nil {
		return 0, labour.Faultf(labour.BadUserInput, "expected a whole number from %d to %d, found %v", math.MinInt32,
			math.MaxInt32, v)
	}
	return int(n), nil
}
