package command

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"homebound/internal/access"
)

// publicURL is where readers reach the server: scheme, host and perhaps a path, without a slash at the end. It goes into
// permanent citations, so that nothing is taken that a reader could not open.
type publicURL string

// UnmarshalText checks and normalises an address.
func (p *publicURL) UnmarshalText(text []byte) error {
	found, err := parsePublic(string(text))
	*p = publicURL(found)
	return err
}

func parsePublic(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return "", fmt.Errorf("expected an address such as https://homebound.example.org, found %.200q", text)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("expected scheme, host and path alone, found %.200q", text)
	case strings.Trim(u.Path, "/") != "" && !publicPath.MatchString(strings.TrimRight(u.EscapedPath(), "/")) ||
		slices.Contains(strings.Split(u.Path, "/"), "..") || slices.Contains(strings.Split(u.Path, "/"), "."):
		return "", fmt.Errorf("expected a path of letters, digits, -, _, . and ~ such as /homebound, found %.200q", text)
	case unspecified(u.Hostname()):
		return "", fmt.Errorf("expected a host that readers can reach, found %.200q", text)
	}
	u.Host = strings.TrimSuffix(u.Host, ":")
	origin, err := access.ParseOrigin(u.Scheme + "://" + u.Host)
	return origin + strings.TrimRight(u.Path, "/"), err
}

// publicPath is the form of a path below which a server answers: one that stands in addresses as it is.
var publicPath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)

// publicOf returns the address that citations name where --public-url says none: that of the listener, and localhost
// where it listens on all addresses. named is false then: nobody else can open it.
func publicOf(scheme string, listener net.Addr) (public string, named bool) {
	host, port, err := net.SplitHostPort(listener.String())
	if err != nil || !unspecified(host) {
		return scheme + "://" + listener.String(), true
	}
	return scheme + "://" + net.JoinHostPort("localhost", port), false
}

// public returns the address that citations name, and warns where nobody else can open it.
func (c *serveCommand) public(listener net.Addr, log *slog.Logger) string {
	if c.PublicURL != "" {
		return string(c.PublicURL)
	}
	public, named := publicOf(c.scheme(), listener)
	if !named {
		log.Warn("citations and permalinks name an address that other machines cannot open: set --public-url",
			"address", public)
	}
	return public
}

// unspecified reports whether a host stands for all addresses of a machine, such as 0.0.0.0 and ::.
func unspecified(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}
