package command

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPublicURL(t *testing.T) {
	for given, expected := range map[string]string{
		"https://x.example":       "https://x.example",
		"https://X.Example:443//": "https://x.example",
		"http://x.example:80/":    "http://x.example",
		"http://[2001:db8::1]:81": "http://[2001:db8::1]:81",

		"https://x.example/homebound/": "https://x.example/homebound",
		"https://X.example/a/b-c_d.e~": "https://x.example/a/b-c_d.e~",
	} {
		found, err := parsePublic(given)
		require.NoError(t, err, given)
		assert.Equal(t, expected, found, given)
	}
	for _, refused := range []string{"", "x.example", "//x.example", "ftp://x.example", "https://", "https://u@x.example",
		"https://x.example/home%20bound", "https://x.example//a", "https://x.example/a/../b", "https://x.example/.", "https://x.example?a=b", "https://x.example#a", "http://0.0.0.0:8080", "http://[::]"} {
		_, err := parsePublic(refused)
		assert.ErrorContains(t, err, "expected", refused)
	}
}

func TestPublicOf_NamesNoAddressThatNobodyCanOpen(t *testing.T) {
	for listening, expected := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", "[::]:8080": "http://localhost:8080", "0.0.0.0:81": "http://localhost:81",
	} {
		address, err := net.ResolveTCPAddr("tcp", listening)
		require.NoError(t, err)
		public, named := publicOf("http", address)
		assert.Equal(t, expected, public)
		assert.Equal(t, listening == "127.0.0.1:8080", named)
	}
}
