package scalar

import (
	"github.com/99designs/gqlgen/graphql"

	"homebound/internal/labour"
)

// AppendDate writes an RFC 3339 full-date.
func AppendDate(json []byte, d labour.Date) ([]byte, error) { return AppendText(json, d.String()), nil }

// MarshalDate is AppendDate for gqlgen.
func MarshalDate(d labour.Date) graphql.Marshaler { return graphql.MarshalString(d.String()) }

// UnmarshalDate reads an RFC 3339 full-date. It returns a labour.Fault with BadUserInput for anything else.
func UnmarshalDate(v any) (labour.Date, error) {
	text, ok := v.(string)
	if !ok {
		return 0, labour.Faultf(labour.BadUserInput, "expected a date such as 2017-12-22, found %v", v)
	}
	return labour.ParseDate(text)
}
