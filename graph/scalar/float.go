package scalar

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// AppendFloat writes a number in plain decimal digits, as JavaScript does below 1e21, so that money reads as
// money. What is no number is an error.
func AppendFloat(json []byte, f float64) ([]byte, error) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, fmt.Errorf("expected a finite number, found %v", f)
	}
	format := byte('f')
	if math.Abs(f) >= 1e21 || f != 0 && math.Abs(f) < 1e-6 {
		format = 'e'
	}
	return strconv.AppendFloat(json, f, format, -1, 64), nil
}

// MarshalFloat is AppendFloat for gqlgen.
func MarshalFloat(f float64) graphql.ContextMarshaler { return appending(AppendFloat, f) }

// UnmarshalFloat reads a finite number.
func UnmarshalFloat(ctx context.Context, v any) (float64, error) {
	return graphql.UnmarshalFloatContext(ctx, v)
}
