package postgres

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// address is what postgres://user@host,host/database?... says.
type address struct {
	configs []*pgconn.Config // one for each server
	prefix  string           // of the schemas
	pool    int              // connections to each server
}

// The parameters that are not PostgreSQL's own, and their defaults.
const (
	prefixParameter = "prefix"
	poolParameter   = "pool_max_conns"

	defaultPrefix = "homebound"
	defaultPool   = 16
)

// prefixes are what schemas may begin with: so that names need no quotes, and are short enough with what follows.
var prefixes = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,29}$`)

// IsAddress reports whether some text is the address of a PostgreSQL.
func IsAddress(text string) bool {
	return strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://")
}

// parse reads addresses, each of one server or more. They name one database of several servers, and so one prefix.
func parse(addresses []string) (a address, err error) {
	for i, text := range addresses {
		one, err := parseOne(text)
		if err != nil {
			return a, err
		}
		if i > 0 && one.prefix != a.prefix {
			return a, fmt.Errorf("expected one prefix in all addresses, found %s and %s", a.prefix, one.prefix)
		}
		a.configs = append(a.configs, one.configs...)
		a.prefix, a.pool = one.prefix, max(a.pool, one.pool)
	}
	return a, nil
}

func parseOne(text string) (a address, err error) {
	const shape = "expected postgres://user@host:5432/database, hosts parted by commas, "
	if !IsAddress(text) {
		return a, fmt.Errorf("%sfound %.80q", shape, text)
	}
	before, query, _ := strings.Cut(text, "?")
	parameters, err := url.ParseQuery(query)
	if err != nil {
		return a, fmt.Errorf("%sfound parameters that are none: %w", shape, err)
	}
	if a.prefix = parameters.Get(prefixParameter); a.prefix == "" {
		a.prefix = defaultPrefix
	}
	if !prefixes.MatchString(a.prefix) {
		return a, fmt.Errorf("prefix: expected up to 30 small letters, digits and _, found %.80q", a.prefix)
	}
	a.pool = defaultPool
	if size := parameters.Get(poolParameter); size != "" {
		if a.pool, err = strconv.Atoi(size); err != nil || a.pool < 1 {
			return a, fmt.Errorf("%s: expected a whole number above 0, found %.80q", poolParameter, size)
		}
	}
	parameters.Del(prefixParameter)
	parameters.Del(poolParameter)
	config, err := pgconn.ParseConfig(before + "?" + parameters.Encode())
	if err != nil {
		return a, err // which hides the password
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "homebound"
	}
	a.configs = perServer(config)
	return a, nil
}

// perServer parts a configuration of several servers into one for each. What is to be tried at the same server one
// after the other, such as with TLS and without, stays together.
func perServer(config *pgconn.Config) []*pgconn.Config {
	all := append([]*pgconn.FallbackConfig{{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig}},
		config.Fallbacks...)
	var configs []*pgconn.Config
	for i, one := range all {
		if i > 0 && one.Host == all[i-1].Host && one.Port == all[i-1].Port {
			last := configs[len(configs)-1]
			last.Fallbacks = append(last.Fallbacks, one)
			continue
		}
		server := config.Copy()
		server.Host, server.Port, server.TLSConfig, server.Fallbacks = one.Host, one.Port, one.TLSConfig, nil
		configs = append(configs, server)
	}
	return configs
}

// named is a server as messages name it.
func named(config *pgconn.Config) string {
	return net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port)))
}
