package command

import (
	"fmt"
	"net/netip"
	"strings"

	"homebound/internal/access"
	"homebound/internal/web"
)

// accessFlags configure who may send requests, for what, and how much.
type accessFlags struct {
	Anonymous        bool          `default:"true" negatable:"" help:"Answer requests without a key."`
	AnonymousBudget  access.Budget `default:"6000/min" placeholder:"N/UNIT" help:"How much one client address may ask without a key, per s, min or h; 0 sets no bound."`
	CORSOrigin       []string      `name:"cors-origin" placeholder:"URL" help:"Origin of pages that may ask without a key, such as https://example.org; may be repeated. All pages may where left out."`
	Host             []string      `placeholder:"HOST" help:"Another name, without a port, that readers reach the server by, whose pages are its own; may be repeated."`
	RowsNeedKey      bool          `help:"Answer single permits and repatriations for keys with --rows alone; reports and totals stay open."`
	TrustedDocuments string        `path:"" placeholder:"FILE" help:"JSON object of SHA-256 and text of documents that may be asked by their hash."`
	TrustedOnly      bool          `help:"Answer trusted documents alone, whoever asks."`
	TrustedProxy     []string      `placeholder:"CIDR" help:"Address or network of a proxy whose X-Forwarded-For tells client addresses; may be repeated."`

	MaxBody       int `default:"65536" least:"1" placeholder:"BYTES" help:"Longest body."`
	MaxQuery      int `default:"16384" least:"1" placeholder:"BYTES" help:"Longest query string."`
	MaxTokens     int `default:"2000" least:"1" placeholder:"N" help:"Most words and signs of a document."`
	MaxDepth      int `default:"20" least:"1" placeholder:"N" help:"Most fields within fields."`
	MaxAliases    int `default:"100" least:"1" placeholder:"N" help:"Most aliases in a document."`
	MaxRootFields int `default:"50" least:"1" placeholder:"N" help:"Most fields at the root of an operation."`
	MaxDirectives int `default:"50" least:"1" placeholder:"N" help:"Most directives in a document."`
	MaxCost       int `default:"5000" least:"1" placeholder:"N" help:"Most that one answer may cost."`
	MaxErrors     int `default:"20" least:"1" placeholder:"N" help:"Most errors told in one answer."`
}

func (f *accessFlags) limits() web.Limits {
	return web.Limits{
		Body: f.MaxBody, Query: f.MaxQuery, Tokens: f.MaxTokens, Depth: f.MaxDepth, Aliases: f.MaxAliases,
		RootFields: f.MaxRootFields, Directives: f.MaxDirectives, Cost: f.MaxCost, Errors: f.MaxErrors,
	}
}

// access reads the keys of the data folder and the trusted documents, and parses the other flags.
func (f *accessFlags) access(dir string) (web.Access, error) {
	a := web.Access{RefuseAnonymous: !f.Anonymous, RowsNeedKey: f.RowsNeedKey, AnonymousBudget: f.AnonymousBudget,
		TrustedOnly: f.TrustedOnly}
	var err error
	if a.Keys, err = access.OpenKeys(dir); err != nil {
		return a, err
	}
	for _, host := range f.Host {
		if strings.ContainsAny(host, "/:*@ ") || host == "" {
			return a, fmt.Errorf("--host: expected a name such as homebound.example.org, found %.100q", host)
		}
		a.Hosts = append(a.Hosts, strings.ToLower(host))
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
			return a, fmt.Errorf("--trusted-proxy: expected an address or a network such as 10.0.0.0/8, found %.60q",
				text)
		}
		a.Proxies = append(a.Proxies, network.Masked())
	}
	if f.TrustedDocuments != "" {
		a.Trusted, err = web.ReadDocuments(f.TrustedDocuments)
	}
	return a, err
}
