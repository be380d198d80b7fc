package test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/eventually"
	"homebound/internal/testsize"
)

// withOneRelease returns a data folder that has a small release.
func withOneRelease(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"package/datapackage.json": `{"resources": [{"path": "sources.csv"}]}`,
		"package/sources.csv":      "id,title,publisher,kind\nS1,A title,A publisher,NEWS\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "package"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	data := filepath.Join(dir, "data")
	out, err := program(t.Context(), "import", "--data", data, filepath.Join(dir, "package")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return data
}

func fetch(t *testing.T, client *http.Client, url string) (*http.Response, string) {
	t.Helper()
	response, err := client.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(body)
}

func TestServe_TheOperatorHasAnAddressOfTheirOwn(t *testing.T) {
	s := mustServe(t, "--data", withOneRelease(t), "--admin-addr", "127.0.0.1:0", "--log-format", "text")
	operator := regexp.MustCompile(`operator +(http://127\.0\.0\.1:\d+)/metrics`)
	eventually.True(t, func() bool { return operator.MatchString(s.output.String()) }, patience, 10*time.Millisecond, "its second line")
	address := operator.FindStringSubmatch(s.output.String())
	for _, path := range []string{"/metrics", "/debug/pprof/"} {
		response, _ := fetch(t, http.DefaultClient, s.url+path)
		assert.Equal(t, http.StatusNotFound, response.StatusCode, path)
	}
	_, metrics := fetch(t, http.DefaultClient, address[1]+"/metrics")
	assert.Contains(t, metrics, "\nhomebound_release_number 1\n")
	assert.Contains(t, metrics, "\nhomebound_queue_length 0\n")
	assert.Regexp(t, `\nhomebound_connections [1-9]`, metrics)
	_, profile := fetch(t, http.DefaultClient, address[1]+"/debug/pprof/goroutine?debug=1")
	assert.Contains(t, profile, "goroutine profile:")
	require.NoError(t, s.stop(syscall.SIGTERM))
	assert.Contains(t, s.output.String(), "route=none status=404")
	assert.NotContains(t, s.output.String(), "route=/readyz", "health is asked all the time")
}

func TestServe_SpeaksTLS(t *testing.T) {
	testsize.Long(t)
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	borrowed := httptest.NewTLSServer(http.NotFoundHandler())
	borrowed.Close()
	pair := borrowed.TLS.Certificates[0]
	secret, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}), 0o644))
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	s, err := launch(program(t.Context(), "serve", "--data", withOneRelease(t), "--addr", "127.0.0.1:0", "--tls-cert", certFile, "--tls-key", keyFile))
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.stop(syscall.SIGKILL) }) // which is gone already
	require.True(t, strings.HasPrefix(s.url, "https://"), s.url)
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	response, body := fetch(t, client, s.url+"/healthz")
	assert.Equal(t, "alive\n", body)
	assert.Equal(t, 2, response.ProtoMajor)
	assert.Equal(t, "max-age=31536000", response.Header.Get("Strict-Transport-Security"))
	response, _ = fetch(t, http.DefaultClient, strings.Replace(s.url, "https", "http", 1)+"/healthz")
	assert.Equal(t, http.StatusBadRequest, response.StatusCode, "it speaks nothing else there")
	require.NoError(t, s.stop(syscall.SIGTERM))
	assert.NotContains(t, s.output.String(), "TLS handshake", "connections are no news")
}

// A closed terminal and log rotation send SIGHUP: the server reads its keys and CURRENT again, and goes on.
func TestServe_GoesOnAfterAHangup(t *testing.T) {
	s := mustServe(t, "--data", withOneRelease(t), "--log-format", "text")
	for range 2 {
		require.NoError(t, s.cmd.Process.Signal(syscall.SIGHUP))
	}
	eventually.True(t, func() bool { return strings.Contains(s.output.String(), "were read again") }, patience, 10*time.Millisecond)
	response, _ := fetch(t, http.DefaultClient, s.url+"/readyz")
	assert.Equal(t, http.StatusOK, response.StatusCode)
	require.NoError(t, s.stop(syscall.SIGTERM))
}
