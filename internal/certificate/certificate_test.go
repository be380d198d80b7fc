package certificate_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/certificate"
	"homebound/internal/eventually"
	"homebound/internal/testsize"
)

// certify writes a certificate of 127.0.0.1 by some name, and its key.
func certify(t *testing.T, name, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	about := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644))
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
}

// servedName returns the name of the certificate that a server shows.
func servedName(t *testing.T, address string) string {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	require.NoError(t, err)
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].Subject.CommonName
}

func TestTLS_TakesUpANewCertificateAndKeepsTheOldWhereItIsBroken(t *testing.T) {
	testsize.Long(t)
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certify(t, "first", certFile, keyFile)
	log := &eventually.Journal{}
	security, err := certificate.TLS(certFile, keyFile, slog.New(slog.NewTextHandler(log, nil)))
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: http.NotFoundHandler(), TLSConfig: security, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	go func() { _ = server.ServeTLS(listener, "", "") }()
	t.Cleanup(func() { assert.NoError(t, server.Close()) })
	address := listener.Addr().String()

	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}}
	defer client.CloseIdleConnections()
	response, err := client.Get("https://" + address)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, 2, response.ProtoMajor)
	_, err = tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	require.Error(t, err, "TLS 1.1 is too old")

	assert.Equal(t, "first", servedName(t, address))
	require.NoError(t, os.WriteFile(certFile, []byte("half a certificate"), 0o644))
	eventually.True(t, func() bool {
		assert.Equal(t, "first", servedName(t, address))
		return strings.Contains(log.String(), "the new certificate cannot be read; the one before stays")
	}, eventually.Patience, 100*time.Millisecond)
	certify(t, "second", certFile, keyFile)
	eventually.True(t, func() bool { return servedName(t, address) == "second" }, eventually.Patience, 100*time.Millisecond)
}

func TestTLS_RefusesToStartWithoutACertificate(t *testing.T) {
	_, err := certificate.TLS("no-such-file", "no-such-file", slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "read the certificate: open no-such-file")
}
