package scalar

import (
	"context"
	"io"
	"math"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"homebound/internal/labour"
)

// MarshalInt writes a whole number. One that the 32 bits of a GraphQL Int cannot hold becomes null, with a labour.Fault
// of LimitExceeded beside it: many clients would read it as another number.
func MarshalInt(n int) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(_ context.Context, w io.Writer) error {
		if n < math.MinInt32 || n > math.MaxInt32 {
			return labour.Faultf(labour.LimitExceeded,
				"expected a number that fits an Int, up to %d, found %d: narrow the filter", math.MaxInt32, n)
		}
		_, err := io.WriteString(w, strconv.Itoa(n))
		return err
	})
}

// UnmarshalInt reads a whole number of 32 bits. It returns a labour.Fault with BadUserInput for anything else.
func UnmarshalInt(_ context.Context, v any) (int, error) {
	n, err := graphql.UnmarshalInt32(v)
	if err != nil {
		return 0, labour.Faultf(labour.BadUserInput, "expected a whole number from %d to %d, found %v", math.MinInt32,
			math.MaxInt32, v)
	}
	return int(n), nil
}
