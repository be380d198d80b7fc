package negotiate

import (
	"net/url"
	"strings"
)

// WithoutTracking returns a query string without the parameters that mailings, advertisements and social networks hang
// on to the addresses that they pass on. They say where a reader came from, and change nothing of what is asked for.
func WithoutTracking(rawQuery string) string {
	if rawQuery == "" {
		return ""
	}
	var kept []string
	for _, pair := range strings.Split(rawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil { // some write utm%5Fsource
			name = plain
		}
		if !isTracking(strings.ToLower(name)) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}

func isTracking(name string) bool {
	switch name {
	case "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid", "igshid", "igsh",
		"li_fat_id", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "ref_src", "vero_id", "oly_enc_id", "oly_anon_id", "gad_source", "gad_campaignid", "gclsrc", "srsltid", "mkt_tok", "_openstat",
		"rb_clickid", "s_kwcid", "epik", "sccid", "rdt_cid", "_branch_match_id", "hsctatracking", "__hstc", "__hssc", "__hsfp":
		return true
	}
	return strings.HasPrefix(name, "utm_") || strings.HasPrefix(name, "pk_") || strings.HasPrefix(name, "mtm_") ||
		strings.HasPrefix(name, "matomo_") || strings.HasPrefix(name, "fb_")
}
