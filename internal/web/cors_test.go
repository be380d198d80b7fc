package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/site/sitetest"
	"homebound/internal/web"
)

const ownPage = "https://homebound.example"

func TestCORS_SaysWhichPagesMayRead(t *testing.T) {
	open, openKeys := sitetest.Guarded(t, web.Access{})
	narrow, narrowKeys := sitetest.Guarded(t, web.Access{Origins: []string{"https://chart.example"}})
	closed, closedKeys := sitetest.Guarded(t, web.Access{RefuseAnonymous: true})
	named, namedKeys := sitetest.Guarded(t, web.Access{Hosts: []string{"127.0.0.1"}})
	local, localKeys := sitetest.Guarded(t, web.Access{LocalHosts: true})
	for _, test := range []struct {
		name   string
		site   *sitetest.Site
		keys   *access.Keys // nil: asked without a key
		origin string
		status int
		shared string // the origin that may read the answer
	}{
		{"no page", open, nil, "", 200, ""},
		{"any page without a key", open, nil, sitetest.Stranger, 200, "*"},
		{"a sandboxed page without a key", open, nil, "null", 200, "*"},
		{"no page with a key", open, openKeys, "", 200, ""},
		{"the key's page", open, openKeys, sitetest.Partner, 200, sitetest.Partner},
		{"the server's own page", open, openKeys, ownPage, 200, ownPage},
		{"the page at an address that nobody named", open, openKeys, open.URL, 403, "*"},
		{"the page at a host that is named", named, namedKeys, named.URL, 200, named.URL},
		{"the page at an address where no public one is set", local, localKeys, local.URL, 200, local.URL},
		{"another page with the key", open, openKeys, sitetest.Stranger, 403, "*"},
		{"a page whose name begins alike", open, openKeys, sitetest.Partner + ".evil.example", 403, "*"},
		{"a sandboxed page with the key", open, openKeys, "null", 403, "*"},
		{"a page that is allowed", narrow, nil, "https://chart.example", 200, "*"},
		{"a page that is not", narrow, nil, sitetest.Stranger, 403, "*"},
		{"the key's page where others are not allowed", narrow, narrowKeys, sitetest.Partner, 200, sitetest.Partner},
		{"an allowed page with a key of others", narrow, narrowKeys, "https://chart.example", 403, "*"},
		{"a page without a key where one is needed", closed, nil, sitetest.Partner, 401, "*"},
		{"the key's page where one is needed", closed, closedKeys, sitetest.Partner, 200, sitetest.Partner},
	} {
		t.Run(test.name, func(t *testing.T) {
			var headers []string
			if test.origin != "" {
				headers = append(headers, "Origin", test.origin)
			}
			if test.keys != nil {
				text, err := test.keys.Rotate("partner", 0, sitetest.Noon)
				if err != nil {
					text = sitetest.AddKey(t, test.keys, access.Key{Name: "partner", Origins: []string{sitetest.Partner}})
				}
				headers = append(headers, "Authorization", "Bearer "+text)
			}
			answer := test.site.Post(sitetest.NumberQuery, headers...)
			assert.Equal(t, test.status, answer.Status, answer.Body)
			if test.status == http.StatusForbidden {
				assert.Equal(t, "FORBIDDEN", answer.Failure(t).Extensions.Code)
			}
			assert.Equal(t, test.shared, answer.Header.Get("Access-Control-Allow-Origin"))
			assert.Empty(t, answer.Header.Get("Access-Control-Allow-Credentials"), "nothing is sent on a reader's behalf")
			assert.Contains(t, answer.Header.Get("Vary"), "Origin")
			assert.Contains(t, answer.Header.Get("Vary"), "Authorization")
			assert.Equal(t, "cross-origin", answer.Header.Get("Cross-Origin-Resource-Policy"))
			if test.origin != "" {
				assert.Contains(t, answer.Header.Get("Access-Control-Expose-Headers"), "RateLimit")
			}
		})
	}
}

func TestCORS_PreflightsAreAnsweredForAShortTime(t *testing.T) {
	open, _ := sitetest.Guarded(t, web.Access{})
	closed, keys := sitetest.Guarded(t, web.Access{RefuseAnonymous: true})
	sitetest.AddKey(t, keys, access.Key{Name: "partner", Origins: []string{sitetest.Partner}})
	sitetest.AddKey(t, keys, access.Key{Name: "gone", Origins: []string{"https://gone.example"}})
	require.NoError(t, keys.Revoke("gone", sitetest.Noon))
	for _, test := range []struct {
		name, origin string
		site         *sitetest.Site
		allowed      bool
	}{
		{"any page", sitetest.Stranger, open, true},
		{"a page of a key", sitetest.Partner, closed, true},
		{"a page of no key", sitetest.Stranger, closed, false},
		{"a page of a revoked key", "https://gone.example", closed, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := test.site.Do(http.MethodOptions, "/graphql", "", "Origin", test.origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
			assert.Equal(t, http.StatusNoContent, answer.Status)
			assert.Contains(t, answer.Header.Get("Vary"), "Origin")
			if !test.allowed {
				assert.Empty(t, answer.Header.Get("Access-Control-Allow-Origin"))
				return
			}
			assert.Equal(t, test.origin, answer.Header.Get("Access-Control-Allow-Origin"))
			assert.Contains(t, answer.Header.Get("Access-Control-Allow-Methods"), "POST")
			assert.Contains(t, answer.Header.Get("Access-Control-Allow-Headers"), "Authorization", "which * would not stand for")
			assert.Equal(t, "600", answer.Header.Get("Access-Control-Max-Age"))
		})
	}
}

// TestCSRF_FormsOfOtherPagesAreNotAnswered sends what a page can make a browser send without asking first.
func TestCSRF_FormsOfOtherPagesAreNotAnswered(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain; application/json", ""} {
		answer := s.Do(http.MethodPost, "/graphql", `{"query": "{release{number}}"}`, "Content-Type", kind, "Origin", sitetest.Stranger)
		assert.Equal(t, http.StatusUnsupportedMediaType, answer.Status, kind)
	}
	answer := s.Get(sitetest.ByGet("/graphql", "mutation{drop}"), "Origin", sitetest.Stranger)
	assert.Equal(t, http.StatusMethodNotAllowed, answer.Status, "what GET asks for changes nothing")
}

func TestSecurity_HeadersAreOnEveryAnswer(t *testing.T) {
	s, _ := sitetest.Guarded(t, web.Access{RefuseAnonymous: true})
	for _, path := range []string{"/", "/graphiql", "/graphql", "/schema.graphqls", "/healthz", "/missing", "/home.css", "/graphql?k=hb_aaaaaaaa_" + strings.Repeat("a", 52)} {
		header := s.Get(path).Header
		assert.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "no-referrer", header.Get("Referrer-Policy"), path)
		assert.Contains(t, header.Get("Permissions-Policy"), "camera=()", path)
		assert.Contains(t, header.Get("Content-Security-Policy"), "frame-ancestors 'none'", path)
		assert.Equal(t, "same-origin", header.Get("Cross-Origin-Opener-Policy"), path)
		assert.NotEmpty(t, header.Get("Cross-Origin-Resource-Policy"), path)
		assert.Empty(t, header.Get("Strict-Transport-Security"), "a promise that only TLS can keep")
	}
}

// Whoever owns a name can let it lead to this server, and its pages to this server's answers: that the page and the
// request name the same host makes no page the server's own.
func TestCORS_ANameThatOnlyLeadsHereIsNotOurs(t *testing.T) {
	for name, given := range map[string]web.Access{"named hosts": {Hosts: []string{"127.0.0.1"}}, "no public address": {LocalHosts: true}} {
		t.Run(name, func(t *testing.T) {
			s, keys := sitetest.Guarded(t, given)
			text := sitetest.AddKey(t, keys, access.Key{Name: "reader", Origins: []string{sitetest.Partner}})
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/graphql", strings.NewReader(`{"query":"{release{number}}"}`))
			require.NoError(t, err)
			request.Host = "rebound.example"
			for header, value := range map[string]string{"Origin": "http://rebound.example", "Content-Type": "application/json",
				"Authorization": "Bearer " + text} {
				request.Header.Set(header, value)
			}
			response, err := s.Client().Do(request)
			require.NoError(t, err)
			defer response.Body.Close()
			assert.Equal(t, http.StatusForbidden, response.StatusCode)
		})
	}
}

func TestCORS_APreflightAllowsTheHeadersThatAreAskedFor(t *testing.T) {
	s, _ := sitetest.Guarded(t, web.Access{})
	asked := func(headers string) string {
		return s.Do(http.MethodOptions, "/graphql", "", "Origin", sitetest.Stranger, "Access-Control-Request-Method", "POST",
			"Access-Control-Request-Headers", headers).Header.Get("Access-Control-Allow-Headers")
	}
	allowed := asked("apollographql-client-name,sentry-trace, x-requested-with,content-type")
	for _, name := range []string{"Authorization", "apollographql-client-name", "sentry-trace", "x-requested-with"} {
		assert.Contains(t, allowed, name)
	}
	assert.NotContains(t, allowed, "content-type", "Content-Type is there")
	assert.NotContains(t, asked("a b, c\td"), "a b")
	assert.NotContains(t, asked(strings.Repeat("x", 3000)), "xxx")
}
