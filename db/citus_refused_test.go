package db_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/postgrestest"
	"homebound/internal/testsize"
)

// The tests here find what Citus refuses in statements themselves, on machines that have no Citus.

// distributed are the tables whose rows are on several servers, and the views of them.
var distributed = regexp.MustCompile(`^(permits|repatriations|permit_facts|repatriation_facts)$`)

// query is a SELECT within a statement, or the statement itself.
type query struct {
	outer   *query
	names   map[string]bool // of its rows: whether their table is distributed
	asks    []string        // the names before the points of columns
	inner   []*query
	text    strings.Builder
	derived bool   // whether it stands for a table, and so cannot be correlated
	named   string // the common table expression that it is
}

// isDistributed reports whether it reads a distributed table, itself or by what stands for one of its tables.
func (q *query) isDistributed() bool {
	for _, is := range q.names {
		if is {
			return true
		}
	}
	for _, inner := range q.inner {
		if inner.derived && inner.isDistributed() {
			return true
		}
	}
	return false
}

var tokens = regexp.MustCompile(`'(?:[^']|'')*'|"[^"]*"|[A-Za-z_]\w*|\$?\d+|::|\S`)

// keywords may follow a table where an alias does.
var keywords = regexp.MustCompile(`(?i)^(AS|ON|WHERE|GROUP|ORDER|LEFT|JOIN|CROSS|INNER|LIMIT|UNION|HAVING|LATERAL` +
	`|USING|SET|EXCEPT|INTERSECT|OFFSET|WINDOW|SELECT)$`)

// refused returns a subquery of a distributed table that is correlated with rows of none, "" where there is none such:
// Citus answers "correlated subqueries are not supported when the FROM clause contains a reference table".
func refused(statement string) string {
	words := tokens.FindAllString(statement, -1)
	whole := &query{names: map[string]bool{}}
	at, stack := whole, []*query{}
	common := map[string]bool{} // names of common table expressions: whether they read a distributed table
	var expects bool            // a table
	var all []*query
	word := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		at.text.WriteString(w + " ")
		switch upper := strings.ToUpper(w); {
		case w == "(":
			stack = append(stack, at)
			if next := strings.ToUpper(word(i + 1)); next == "SELECT" || next == "WITH" || next == "VALUES" {
				inner := &query{outer: at, names: map[string]bool{}, derived: expects}
				if i > 1 && strings.EqualFold(words[i-1], "AS") { // WITH name AS (
					inner.derived, inner.named = true, words[i-2]
				}
				at.inner, all, at = append(at.inner, inner), append(all, inner), inner
			}
			expects = expects && at == stack[len(stack)-1]
		case w == ")" && len(stack) > 0:
			ended := at
			at, stack = stack[len(stack)-1], stack[:len(stack)-1]
			expects = false
			if ended != at && ended.named != "" {
				common[ended.named] = ended.isDistributed()
			}
		case upper == "FROM" || upper == "JOIN":
			expects = true
		case expects && !keywords.MatchString(w):
			expects = word(i+1) == "."
			if expects { // a schema
				i++
				continue
			}
			name, alias := w, w
			if next := word(i + 1); strings.EqualFold(next, "AS") {
				alias = word(i + 2)
			} else if regexp.MustCompile(`^[A-Za-z_]\w*$`).MatchString(next) && !keywords.MatchString(next) {
				alias = next
			}
			at.names[alias] = distributed.MatchString(name) || common[name]
		case word(i+1) == "." && regexp.MustCompile(`^[A-Za-z_]\w*$`).MatchString(w):
			at.asks = append(at.asks, w)
		}
	}
	for _, q := range all {
		if q.derived || !q.isDistributed() {
			continue
		}
		for _, name := range q.asks {
			if _, own := q.names[name]; own {
				continue
			}
			for outer := q.outer; outer != nil; outer = outer.outer {
				if _, is := outer.names[name]; is && !outer.isDistributed() {
					return q.text.String()
				}
			}
		}
	}
	return ""
}

func TestRefused(t *testing.T) {
	for statement, expected := range map[string]bool{
		`SELECT f.id FROM employers AS f ORDER BY (SELECT SUM(p.workers) FROM permits p WHERE p.employer_id = f.id)`:                  true,
		`SELECT f.id FROM employers f WHERE EXISTS (SELECT 1 FROM homebound_r1.permit_facts AS p WHERE p.e = f.id)`:                   true,
		`SELECT f.id FROM permits f WHERE f.e IN (SELECT e.id FROM employers e WHERE e.id = f.e)`:                                     false,
		`SELECT f.id FROM employers f WHERE f.id IN (SELECT p.e FROM permits p WHERE p.n = 'f.id')`:                                   false,
		`SELECT f.id FROM (SELECT p.id FROM permits p WHERE p.x = 1) f WHERE (SELECT r.n FROM repatriations r WHERE r.p = f.id) > 1`:  false,
		`SELECT r.id, (SELECT p.i FROM permits p WHERE p.id = r.permit_id) FROM repatriations r LEFT JOIN outcomes o ON o.code = r.o`: false,
	} {
		assert.Equal(t, expected, refused(statement) != "", "%s: %q", statement, refused(statement))
	}
}

// statistics has a server count the statements that it runs, where its PostgreSQL has the module that does.
func statistics(tb testing.TB) (settings []string) {
	tb.Helper()
	libraries, err := exec.Command(filepath.Join(postgrestest.Programs(tb), "pg_config"), "--pkglibdir").Output()
	if err == nil {
		_, err = os.Stat(filepath.Join(strings.TrimSpace(string(libraries)), "pg_stat_statements.so"))
	}
	if err == nil {
		settings = []string{"-c", "shared_preload_libraries=pg_stat_statements", "-c", "pg_stat_statements.max=100000"}
	}
	return settings
}

// refusesNone holds the statements that a server has run, and the views of its releases, against what Citus refuses.
func refusesNone(t *testing.T, server *postgrestest.Server) {
	t.Helper()
	if statistics(t) == nil {
		t.Log("PostgreSQL has no pg_stat_statements here: what ran was not held against what Citus refuses")
		return
	}
	ran := strings.Split(server.Query(t, `CREATE EXTENSION pg_stat_statements;
		SELECT replace(query, chr(10), ' ') FROM pg_stat_statements
		WHERE query ~* '\m(permit|repatriation)(s|_facts)\M' AND query ~* '^\s*(SELECT|WITH|EXPLAIN)'
		UNION SELECT replace(definition, chr(10), ' ') FROM pg_views WHERE schemaname ~ '^p\d+_r'`), "\n")
	require.Greater(t, len(ran), testsize.Rounds(100, 10), "statements that read a distributed table")
	for _, statement := range ran {
		assert.Empty(t, refused(statement), "Citus refuses this subquery of %s", statement)
	}
}
