package web_test

import (
	"encoding/base64"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"homebound/internal/access"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// TestAdmit_TakesAKeyAsThePasswordOfBasic asks as Excel, Power BI and Grafana can: with a name and a password.
func TestAdmit_TakesAKeyAsThePasswordOfBasic(t *testing.T) {
	testsize.Long(t)
	s, keys := sitetest.Guarded(t, web.Access{RefuseAnonymous: true, RowsNeedKey: true})
	rows := sitetest.AddKey(t, keys, access.Key{Name: "rows", Rows: true, Budget: access.Budget{Cost: 10, Per: time.Minute}})
	plain := sitetest.AddKey(t, keys, access.Key{Name: "plain", Origins: []string{"https://partner.example"}})

	assert.Equal(t, http.StatusOK, s.Get("/export/permits.csv", "Authorization", basic("excel", rows)).Status)
	assert.Equal(t, http.StatusForbidden, s.Get("/export/permits.csv", "Authorization", basic("rows", plain)).Status, "the same rights: those of the key")
	for _, user := range []string{"", "anybody", "rows"} {
		assert.Equal(t, http.StatusOK, s.Post(sitetest.NumberQuery, "Authorization", basic(user, plain)).Status, "the name says nothing")
	}
	kept := s.Get("/export/claims.csv", "Authorization", "bAsIc "+basic("", plain)[len("Basic "):])
	assert.Equal(t, http.StatusOK, kept.Status)
	assert.Contains(t, kept.Header.Get("Cache-Control"), "private")

	var last int
	for range 12 {
		last = s.Post(sitetest.NumberQuery, "Authorization", basic("", rows)).Status
	}
	assert.Equal(t, http.StatusTooManyRequests, last, "the same budget")
	assert.Equal(t, http.StatusTooManyRequests, s.Post(sitetest.NumberQuery, "Authorization", "Bearer "+rows).Status)

	for header, message := range map[string]string{
		basic("", "secret"):         "The key has not the form of one: expected hb_, 8 letters, _ and 52 letters.",
		basic(plain, ""):            "The key has not the form of one: expected hb_, 8 letters, _ and 52 letters.",
		"Basic !":                   "Expected one header Authorization: Bearer hb_..., found another kind.",
		"Digest username=\"excel\"": "Expected one header Authorization: Bearer hb_..., found another kind.",
	} {
		answer := s.Get("/export/claims.csv", "Authorization", header)
		assert.Equal(t, http.StatusUnauthorized, answer.Status, header)
		assert.Equal(t, message, answer.Failure(t).Message)
	}
}

// TestAdmit_ABrowsersPasswordIsNoCookie sends a key as browsers do that keep it: with requests of other sites, too.
func TestAdmit_ABrowsersPasswordIsNoCookie(t *testing.T) {
	testsize.Long(t)
	s, keys := sitetest.Guarded(t, web.Access{})
	key := basic("", sitetest.AddKey(t, keys, access.Key{Name: "partner", Origins: []string{"https://partner.example"}}))
	for _, test := range []struct {
		site, mode, origin string
		status             int
	}{
		{"none", "navigate", "", http.StatusOK},
		{"same-origin", "cors", "", http.StatusOK},
		{"cross-site", "navigate", "", http.StatusUnauthorized},
		{"cross-site", "no-cors", "", http.StatusUnauthorized},
		{"same-site", "no-cors", "", http.StatusUnauthorized},
		{"cross-site", "cors", "https://partner.example", http.StatusOK}, // sent by a script on purpose
		{"cross-site", "cors", "https://other.example", http.StatusForbidden},
	} {
		headers := []string{"Authorization", key, "Sec-Fetch-Site", test.site, "Sec-Fetch-Mode", test.mode}
		if test.origin != "" {
			headers = append(headers, "Origin", test.origin)
		}
		assert.Equal(t, test.status, s.Get("/export/claims.csv", headers...).Status, test)
	}
}

// TestAdmit_OffersBasicToProgramsAlone since a browser would open a window of its own over the page.
func TestAdmit_OffersBasicToProgramsAlone(t *testing.T) {
	testsize.Long(t)
	s, _ := sitetest.Guarded(t, web.Access{RefuseAnonymous: true})
	const bearer, basic = `Bearer realm="homebound"`, `Basic realm="homebound", charset="UTF-8"`
	assert.Equal(t, []string{bearer, basic}, s.Get("/export/claims.csv").Header.Values("WWW-Authenticate"))
	assert.Equal(t, []string{bearer}, s.Get("/export/claims.csv", "Sec-Fetch-Mode", "navigate").Header.Values("WWW-Authenticate"))
	assert.Equal(t, []string{bearer}, s.Get("/export/claims.csv", "Origin", "https://old.example").Header.Values("WWW-Authenticate"))
}
