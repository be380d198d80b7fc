package scalar

import (
	"context"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalFloat writes a number in plain decimal digits, as JavaScript does below 1e21, so that money reads as
// money. What is no number is an error.
func MarshalFloat(f float64) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(_ context.Context, w io.Writer) error {
		if math.IsInf(f, 0) || math.IsNaN(f) {
			return fmt.Errorf("expected a finite number, found %v", f)
		}
		format := byte('f')
		if math.Abs(f) >= 1e21 || f != 0 && math.Abs(f) < 1e-6 {
			format = 'e'
		}
		_, err := w.Write(strconv.AppendFloat(nil, f, format, -1, 64))
		return err
	})
}

// UnmarshalFloat reads a finite number.
func UnmarshalFloat(ctx context.Context, v any) (float64, error) {
	return graphql.UnmarshalFloatContext(ctx, v)
}
