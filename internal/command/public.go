package command

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// publicURL checks and normalises what --public-url gives: scheme and host, without a slash at the end. It goes into
// permanent citations, so that nothing is taken that a reader could not open.
func publicURL(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return "", fmt.Errorf("--public-url: expected an address such as https://homebound.example.org, found %.200q", text)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("--public-url: expected scheme and host alone, found %.200q", text)
	case strings.Trim(u.Path, "/") != "":
		return "", fmt.Errorf("--public-url: expected no path, found %.200q: the server answers at the root of its host alone", text)
	case unspecified(u.Hostname()):
		return "", fmt.Errorf("--public-url: expected a host that readers can reach, found %.200q", text)
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	} else {
		host = strings.TrimSuffix(host, ":80")
	}
	return u.Scheme + "://" + strings.TrimSuffix(host, ":"), nil
}

// publicOf returns the address that citations name where --public-url says none: that of the listener, and localhost
// where it listens on all addresses. named is false then: nobody else can open it.
func publicOf(scheme string, listener net.Addr) (public string, named bool) {
	host, port, err := net.SplitHostPort(listener.String())
	if err != nil || !unspecified(host) {
		return scheme + "://" + listener.String(), true
	}
	return scheme + "://" + net.JoinHostPort("localhost", port), false
}

// unspecified reports whether a host stands for all addresses of a machine, such as 0.0.0.0 and ::.
func unspecified(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}
