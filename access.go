package main

import (
	"fmt"
	"net/netip"

	"homebound/internal/access"
	"homebound/internal/web"
)

// accessFlags say who may ask a server, for what and for how much.
type accessFlags struct {
	Anonymous        bool          `default:"true" negatable:"" env:"HOMEBOUND_ANONYMOUS" help:"Answer requests without a key."`
	AnonymousBudget  access.Budget `default:"6000/min" env:"HOMEBOUND_ANONYMOUS_BUDGET" placeholder:"N/UNIT" help:"How much one client address may ask without a key, per s, min or h; 0 sets no bound."`
	CORSOrigin       []string      `name:"cors-origin" env:"HOMEBOUND_CORS_ORIGIN" placeholder:"URL" help:"Origin of pages that may ask without a key, such as https://example.org; may be repeated. All pages may where left out."`
	RowsNeedKey      bool          `env:"HOMEBOUND_ROWS_NEED_KEY" help:"Answer single permits and repatriations for keys with --rows alone; reports and totals stay open."`
	TrustedDocuments string        `env:"HOMEBOUND_TRUSTED_DOCUMENTS" type:"path" placeholder:"FILE" help:"JSON object of SHA-256 and text of documents that may be asked by their hash."`
	TrustedOnly      bool          `env:"HOMEBOUND_TRUSTED_ONLY" help:"Answer trusted documents alone, whoever asks."`
	TrustedProxy     []string      `env:"HOMEBOUND_TRUSTED_PROXY" placeholder:"CIDR" help:"Address or network of a proxy whose X-Forwarded-For tells client addresses; may be repeated."`

	MaxBody       int `default:"65536" env:"HOMEBOUND_MAX_BODY" placeholder:"BYTES" help:"Longest body."`
	MaxQuery      int `default:"16384" env:"HOMEBOUND_MAX_QUERY" placeholder:"BYTES" help:"Longest query string."`
	MaxTokens     int `default:"2000" env:"HOMEBOUND_MAX_TOKENS" placeholder:"N" help:"Most words and signs of a document."`
	MaxDepth      int `default:"20" env:"HOMEBOUND_MAX_DEPTH" placeholder:"N" help:"Most fields within fields."`
	MaxAliases    int `default:"100" env:"HOMEBOUND_MAX_ALIASES" placeholder:"N" help:"Most aliases in a document."`
	MaxRootFields int `default:"50" env:"HOMEBOUND_MAX_ROOT_FIELDS" placeholder:"N" help:"Most fields at the root of an operation."`
	MaxDirectives int `default:"50" env:"HOMEBOUND_MAX_DIRECTIVES" placeholder:"N" help:"Most directives in a document."`
	MaxCost       int `default:"5000" env:"HOMEBOUND_MAX_COST" placeholder:"N" help:"Most that one answer may cost."`
	MaxErrors     int `default:"20" env:"HOMEBOUND_MAX_ERRORS" placeholder:"N" help:"Most errors told in one answer."`
}

// check says which bound is none.
func (f *accessFlags) check() error {
	for name, most := range map[string]int{
		"body": f.MaxBody, "query": f.MaxQuery, "tokens": f.MaxTokens, "depth": f.MaxDepth, "aliases": f.MaxAliases,
		"root-fields": f.MaxRootFields, "directives": f.MaxDirectives, "cost": f.MaxCost, "errors": f.MaxErrors,
	} {
		if most < 1 {
			return fmt.Errorf("--max-%s: expected at least 1, found %d", name, most)
		}
	}
	return nil
}

func (f *accessFlags) limits() web.Limits {
	return web.Limits{
		Body: f.MaxBody, Query: f.MaxQuery, Tokens: f.MaxTokens, Depth: f.MaxDepth, Aliases: f.MaxAliases,
		RootFields: f.MaxRootFields, Directives: f.MaxDirectives, Cost: f.MaxCost, Errors: f.MaxErrors,
	}
}

// access reads what the flags name: the keys of the data folder, and the trusted documents.
func (f *accessFlags) access(dir string) (web.Access, error) {
	if err := f.check(); err != nil {
		return web.Access{}, err
	}
	a := web.Access{RefuseAnonymous: !f.Anonymous, RowsNeedKey: f.RowsNeedKey, AnonymousBudget: f.AnonymousBudget, TrustedOnly: f.TrustedOnly}
	var err error
	if a.Keys, err = access.OpenKeys(dir); err != nil {
		return a, err
	}
	for _, text := range f.CORSOrigin {
		origin, err := access.ParseOrigin(text)
		if err != nil {
			return a, fmt.Errorf("--cors-origin: %w", err)
		}
		a.Origins = append(a.Origins, origin)
	}
	for _, text := range f.TrustedProxy {
		network, err := netip.ParsePrefix(text)
		if address, only := netip.ParseAddr(text); only == nil {
			network, err = address.Prefix(address.BitLen())
		}
		if err != nil {
			return a, fmt.Errorf("--trusted-proxy: expected an address or a network such as 10.0.0.0/8, found %.60q", text)
		}
		a.Proxies = append(a.Proxies, network.Masked())
	}
	if f.TrustedDocuments != "" {
		a.Trusted, err = web.ReadDocuments(f.TrustedDocuments)
	}
	return a, err
}
