package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/web"
)

const (
	partner  = "https://partner.example"
	stranger = "https://stranger.example"
	ownPage  = "https://homebound.example"
)

func TestCORS_SaysWhichPagesMayRead(t *testing.T) {
	open, openKeys := guarded(t, web.Access{})
	narrow, narrowKeys := guarded(t, web.Access{Origins: []string{"https://chart.example"}})
	closed, closedKeys := guarded(t, web.Access{RefuseAnonymous: true})
	for _, test := range []struct {
		name   string
		site   *site
		keys   *access.Keys // nil: asked without a key
		origin string
		status int
		shared string // the origin that may read the answer
	}{
		{"no page", open, nil, "", 200, ""},
		{"any page without a key", open, nil, stranger, 200, "*"},
		{"a sandboxed page without a key", open, nil, "null", 200, "*"},
		{"no page with a key", open, openKeys, "", 200, ""},
		{"the key's page", open, openKeys, partner, 200, partner},
		{"the server's own page", open, openKeys, ownPage, 200, ownPage},
		{"the page at the address that was asked", open, openKeys, open.URL, 200, open.URL},
		{"another page with the key", open, openKeys, stranger, 403, "*"},
		{"a page whose name begins alike", open, openKeys, partner + ".evil.example", 403, "*"},
		{"a sandboxed page with the key", open, openKeys, "null", 403, "*"},
		{"a page that is allowed", narrow, nil, "https://chart.example", 200, "*"},
		{"a page that is not", narrow, nil, stranger, 403, "*"},
		{"the key's page where others are not allowed", narrow, narrowKeys, partner, 200, partner},
		{"an allowed page with a key of others", narrow, narrowKeys, "https://chart.example", 403, "*"},
		{"a page without a key where one is needed", closed, nil, partner, 401, "*"},
		{"the key's page where one is needed", closed, closedKeys, partner, 200, partner},
	} {
		t.Run(test.name, func(t *testing.T) {
			var headers []string
			if test.origin != "" {
				headers = append(headers, "Origin", test.origin)
			}
			if test.keys != nil {
				text, err := test.keys.Rotate("partner", 0, noon)
				if err != nil {
					text = addKey(t, test.keys, access.Key{Name: "partner", Origins: []string{partner}})
				}
				headers = append(headers, "Authorization", "Bearer "+text)
			}
			answer := test.site.post(numberQuery, headers...)
			assert.Equal(t, test.status, answer.status, answer.body)
			if test.status == http.StatusForbidden {
				assert.Equal(t, "FORBIDDEN", answer.failure(t).Extensions.Code)
			}
			assert.Equal(t, test.shared, answer.header.Get("Access-Control-Allow-Origin"))
			assert.Empty(t, answer.header.Get("Access-Control-Allow-Credentials"), "nothing is sent on a reader's behalf")
			assert.Contains(t, answer.header.Get("Vary"), "Origin")
			assert.Contains(t, answer.header.Get("Vary"), "Authorization")
			assert.Equal(t, "cross-origin", answer.header.Get("Cross-Origin-Resource-Policy"))
			if test.origin != "" {
				assert.Contains(t, answer.header.Get("Access-Control-Expose-Headers"), "RateLimit")
			}
		})
	}
}

func TestCORS_PreflightsAreAnsweredForAShortTime(t *testing.T) {
	open, _ := guarded(t, web.Access{})
	closed, keys := guarded(t, web.Access{RefuseAnonymous: true})
	addKey(t, keys, access.Key{Name: "partner", Origins: []string{partner}})
	addKey(t, keys, access.Key{Name: "gone", Origins: []string{"https://gone.example"}})
	require.NoError(t, keys.Revoke("gone", noon))
	for _, test := range []struct {
		name, origin string
		site         *site
		allowed      bool
	}{
		{"any page", stranger, open, true},
		{"a page of a key", partner, closed, true},
		{"a page of no key", stranger, closed, false},
		{"a page of a revoked key", "https://gone.example", closed, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := test.site.do(http.MethodOptions, "/graphql", "", "Origin", test.origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
			assert.Equal(t, http.StatusNoContent, answer.status)
			assert.Contains(t, answer.header.Get("Vary"), "Origin")
			if !test.allowed {
				assert.Empty(t, answer.header.Get("Access-Control-Allow-Origin"))
				return
			}
			assert.Equal(t, test.origin, answer.header.Get("Access-Control-Allow-Origin"))
			assert.Contains(t, answer.header.Get("Access-Control-Allow-Methods"), "POST")
			assert.Contains(t, answer.header.Get("Access-Control-Allow-Headers"), "Authorization", "which * would not stand for")
			assert.Equal(t, "600", answer.header.Get("Access-Control-Max-Age"))
		})
	}
}

// TestCSRF_FormsOfOtherPagesAreNotAnswered sends what a page can make a browser send without asking first.
func TestCSRF_FormsOfOtherPagesAreNotAnswered(t *testing.T) {
	s := newSiteWithRelease(t)
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain; application/json", ""} {
		answer := s.do(http.MethodPost, "/graphql", `{"query": "{release{number}}"}`, "Content-Type", kind, "Origin", stranger)
		assert.Equal(t, http.StatusUnsupportedMediaType, answer.status, kind)
	}
	answer := s.get(byGet("/graphql", "mutation{drop}"), "Origin", stranger)
	assert.Equal(t, http.StatusMethodNotAllowed, answer.status, "what GET asks for changes nothing")
}

func TestSecurity_HeadersAreOnEveryAnswer(t *testing.T) {
	s, _ := guarded(t, web.Access{RefuseAnonymous: true})
	for _, path := range []string{"/", "/graphiql", "/graphql", "/schema.graphqls", "/healthz", "/missing", "/home.css", "/graphql?k=hb_aaaaaaaa_" + strings.Repeat("a", 52)} {
		header := s.get(path).header
		assert.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "no-referrer", header.Get("Referrer-Policy"), path)
		assert.Contains(t, header.Get("Permissions-Policy"), "camera=()", path)
		assert.Contains(t, header.Get("Content-Security-Policy"), "frame-ancestors 'none'", path)
		assert.Equal(t, "same-origin", header.Get("Cross-Origin-Opener-Policy"), path)
		assert.NotEmpty(t, header.Get("Cross-Origin-Resource-Policy"), path)
		assert.Empty(t, header.Get("Strict-Transport-Security"), "a promise that only TLS can keep")
	}
}
