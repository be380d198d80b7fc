package postgrestest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// StartTLS starts a server that takes TLS alone, with a certificate of a name, and returns the file with that certificate,
// which is its own authority.
func StartTLS(tb testing.TB, name string) (s *Server, authority string) {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	require.NoError(tb, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(tb, err)
	dir := folder(tb)
	write := func(file, kind string, content []byte) string {
		path := filepath.Join(dir, file)
		require.NoError(tb, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600))
		if uid, gid, other := someUser(); other {
			require.NoError(tb, os.Chown(path, int(uid), int(gid)))
		}
		return path
	}
	authority = write("server.crt", "CERTIFICATE", certificate)
	s = Start(tb, "-c", "ssl=on", "-c", "ssl_cert_file="+authority, "-c", "ssl_key_file="+write("server.key", "PRIVATE KEY", private))
	rules := "hostssl all all all trust\n"
	require.NoError(tb, os.WriteFile(filepath.Join(s.dir, "pg_hba.conf"), []byte(rules), 0o600))
	s.command(tb, "pg_ctl", "reload", "-D", s.dir)
	return s, authority
}

// URLAt is the address of the server under a name, with nothing said of TLS.
func (s *Server) URLAt(host, parameters string) string {
	return fmt.Sprintf("postgres://owner@%s:%d/postgres?%s", host, s.Port, parameters)
}
