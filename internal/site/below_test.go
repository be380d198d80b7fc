package site_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/eventually"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// mounted is the address that the tests' server is reached by, below a path.
const mounted = "https://homebound.example/homebound"

// proxies are servers that have Homebound below /homebound/, and nothing beside it.
func proxies(t *testing.T, to string) map[string]string {
	t.Helper()
	target, err := url.Parse(to)
	require.NoError(t, err)
	found := map[string]string{}
	for name, strip := range map[string]bool{"keeps": false, "strips": true} {
		proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			if strip {
				r.Out.URL.Path = strings.TrimPrefix(r.Out.URL.Path, "/homebound")
			}
		}}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strip && r.URL.Path == "/homebound" { // which a proxy that strips has to know
				http.Redirect(w, r, "/homebound/", http.StatusMovedPermanently)
				return
			}
			if r.URL.Path != "/homebound" && !strings.HasPrefix(r.URL.Path, "/homebound/") {
				http.Error(w, "nothing here: outside the path", http.StatusTeapot)
				return
			}
			proxy.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		found[name] = server.URL
	}
	if program, err := exec.LookPath("nginx"); err == nil {
		found["nginx"] = nginx(t, program, to)
	} else if testsize.All() {
		require.NoError(t, err, "needs nginx")
	}
	return found
}

// nginx starts an nginx that is set up as docs/OPERATIONS.md says.
func nginx(t *testing.T, program, to string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	text, err := os.ReadFile("../../docs/OPERATIONS.md")
	require.NoError(t, err)
	location := regexp.MustCompile(`(?s)location /homebound/ \{.*?\n\}`).FindString(string(text))
	require.NotEmpty(t, location)
	folder := t.TempDir()
	config := filepath.Join(folder, "nginx.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `daemon off; master_process off; pid %[1]s/pid; error_log stderr;
events {}
http {
map $http_upgrade $connection_upgrade { default upgrade; '' close; }
access_log off; client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
server { listen %[2]s; location / { return 418; }
%[3]s
}
}`, folder, address, strings.ReplaceAll(location, "http://127.0.0.1:8080", to)), 0o644))
	run := exec.CommandContext(t.Context(), program, "-p", folder, "-c", config)
	run.Stderr = os.Stderr
	require.NoError(t, run.Start())
	t.Cleanup(func() { _ = run.Process.Kill(); _ = run.Wait() })
	eventually.True(t, func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}, sitetest.WaitFor, sitetest.Tick)
	return "http://" + address
}

// links are what a page, a feed, a style or an answer leads to.
var links = regexp.MustCompile(`(?:href|src|srcset|action)=\\?"([^"#\\]+)|<(?:id|uri)>([^<]+)|url\(["']?([^"')]+)|"((?:https://homebound\.example|/)[^"\\ ]*)"`)

// Every link of every page leads somewhere, below the path, whether a proxy keeps the path or strips it.
func TestBelow_EveryLinkOfEveryPageLeadsSomewhere(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t, func(c *web.Config) { c.PublicURL, c.CacheBytes = mounted, 8<<20 })
	for name, front := range proxies(t, s.URL) {
		t.Run(name, func(t *testing.T) {
			seen := map[string]bool{}
			client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			todo := []string{"/homebound/", "/homebound/graphiql", "/homebound/embed/stock?region=RU-PRI",
				"/homebound/releases/1/embed/stock", "/homebound/releases.atom", "/homebound/releases/1", "/homebound/embed/none",
				"/homebound/releases/9/", "/homebound/export/permits.metadata.json",
				"/homebound/oembed?url=" + url.QueryEscape(mounted+"/embed/stock"), receiptOf(t, client, front)}
			for len(todo) > 0 {
				path := todo[0]
				todo = todo[1:]
				if seen[path] || len(seen) > testsize.Rounds(400, 100) {
					continue
				}
				seen[path] = true
				response, err := client.Get(front + path)
				require.NoError(t, err, path)
				body, err := io.ReadAll(response.Body)
				require.NoError(t, err, path)
				require.NoError(t, response.Body.Close())
				expected := []int{200, 301, 307}
				if strings.Contains(path, "/embed/none") || strings.Contains(path, "/releases/9/") {
					expected = []int{404}
				}
				if strings.HasSuffix(path, "/graphql") { // without a question
					expected = []int{400}
				}
				assert.Contains(t, expected, response.StatusCode, "%s: %.200s", path, body)
				if to := response.Header.Get("Location"); to != "" {
					todo = append(todo, own(t, path, to)...)
				}
				kind, _, _ := strings.Cut(response.Header.Get("Content-Type"), ";")
				if !slices.Contains([]string{"text/html", "application/atom+xml", "text/css", "application/json"}, kind) ||
					strings.Contains(path, "/graphql?") || strings.Contains(path, "/export/") && kind == "application/json" {
					continue
				}
				for _, match := range links.FindAllStringSubmatch(string(body), -1) {
					todo = append(todo, own(t, path, strings.Join(match[1:], ""))...)
				}
			}
			assert.Greater(t, len(seen), 60, "links that were followed")
		})
	}
}

// own returns the path that a link leads to, where it is one of the server's own, and fails for one that leaves the path.
func own(t *testing.T, page, link string) []string {
	t.Helper()
	link = strings.NewReplacer("&amp;", "&", "&#43;", "+", "&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">").Replace(link)
	base, err := url.Parse("https://homebound.example" + page)
	require.NoError(t, err)
	to, err := base.Parse(link)
	require.NoError(t, err, "%s on %s", link, page)
	if to.Host != base.Host || to.Scheme != "https" {
		return nil
	}
	if !assert.True(t, strings.HasPrefix(to.Path, "/homebound/") || to.Path == "/homebound", "%s on %s leaves the path", link, page) {
		return nil
	}
	return []string{to.RequestURI()}
}

// receiptOf asks for a receipt and returns the path of its page.
func receiptOf(t *testing.T, client *http.Client, front string) string {
	t.Helper()
	response, err := client.Post(front+"/homebound/graphql", "application/json",
		strings.NewReader(`{"query":"{release{number citation}}","extensions":{"receipt":true}}`))
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Contains(t, string(body), "https://homebound.example/homebound/releases/1/")
	found := regexp.MustCompile(mounted + `(/receipts/[^"\\]+)`).FindSubmatch(body)
	require.NotNil(t, found, "%s", body)
	return "/homebound" + string(found[1])
}

// What pages of the server's own may do, they may do below a path as well: an origin has none.
func TestBelow_WebsocketsAndOrigins(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t, func(c *web.Config) { c.PublicURL, c.Access.Origins = mounted, []string{"https://other.example"} })
	for name, front := range proxies(t, s.URL) {
		conn, _, err := websocket.Dial(t.Context(), front+"/homebound/graphql", &websocket.DialOptions{
			Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Origin": {"https://homebound.example"}}})
		require.NoError(t, err, name)
		require.NoError(t, conn.Close(websocket.StatusNormalClosure, ""))
	}
	assert.Equal(t, http.StatusOK, s.Post("{release{number}}", "Origin", "https://homebound.example").Status)
	assert.Equal(t, http.StatusForbidden, s.Post("{release{number}}", "Origin", "https://stranger.example").Status)
}
