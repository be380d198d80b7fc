package scalar

import (
	"net/url"

	"github.com/99designs/gqlgen/graphql"

	"homebound/internal/labour"
)

// MarshalURL writes an address.
func MarshalURL(address string) graphql.Marshaler { return graphql.MarshalString(address) }

// UnmarshalURL reads an absolute http or https address. It returns a labour.Fault with BadUserInput for anything else.
func UnmarshalURL(v any) (string, error) {
	text, ok := v.(string)
	if !ok {
		return "", labour.Faultf(labour.BadUserInput, "expected an http or https address, found %v", v)
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", labour.Faultf(labour.BadUserInput, "expected an http or https address, found %q", text)
	}
	return text, nil
}
