// Package postgres keeps copies of releases in a PostgreSQL, each in a schema of its own, and reads them there: from one
// server or from several that hold the same, a primary and its standbys. It knows the engine, and not what the tables
// mean.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"homebound/db/internal/sqlite"
)

// Cluster is one or several servers that hold the same releases.
type Cluster struct {
	prefix  string
	servers []*server
}

// server is one of them, with what is known of it since it was looked at last.
type server struct {
	name   string
	config *pgconn.Config
	pool   *sql.DB
	whole  *sql.DB // for whole lists, so that those who take long over one keep no connection from others

	mu    sync.Mutex
	state state
}

// state is what a server says of itself.
type state struct {
	trouble  error // why it is not asked; nil where it is
	moves    int64 // how often the current release was named, as far as it knows
	lag      int64 // bytes that it has received and not yet taken in
	schemas  map[string]bool
	current  string // file name
	listed   []Entry
	lookedAt time.Time
}

// Connect reads the addresses of servers. It asks them nothing yet.
func Connect(addresses ...string) (*Cluster, error) {
	a, err := parse(addresses)
	if err != nil {
		return nil, err
	}
	c := &Cluster{prefix: a.prefix}
	for _, config := range a.configs {
		if config.ConnectTimeout == 0 {
			config.ConnectTimeout = connectLimit
		}
		s := &server{name: named(config), config: config, pool: sql.OpenDB(connector{config}), whole: sql.OpenDB(connector{config})}
		s.pool.SetMaxOpenConns(a.pool)
		s.pool.SetMaxIdleConns(a.pool)
		s.pool.SetConnMaxIdleTime(idleLimit)
		s.whole.SetMaxOpenConns(max(2, a.pool/4))
		s.whole.SetMaxIdleConns(-1)
		c.servers = append(c.servers, s)
	}
	return c, nil
}

const (
	connectLimit = 3 * time.Second // for one attempt to reach a server
	lookLimit    = 5 * time.Second // for what a server says of itself
	idleLimit    = 5 * time.Minute // after which a connection that nobody uses is closed
)

// Close ends the connections, once what runs is done.
func (c *Cluster) Close() error {
	var failed error
	for _, s := range c.servers {
		failed = errors.Join(failed, s.pool.Close(), s.whole.Close())
	}
	return failed
}

// Look asks every server what it holds. It returns an error only where none answers.
func (c *Cluster) Look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	var wait sync.WaitGroup
	for _, s := range c.servers {
		wait.Go(func() {
			found, err := s.look(ctx, c.prefix)
			if found.trouble = err; err != nil {
				found.trouble = fmt.Errorf("%s: %w", s.name, err)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if err != nil { // what it held it holds still, once it is back
				found.moves, found.lag, found.schemas = s.state.moves, s.state.lag, s.state.schemas
				found.current, found.listed = s.state.current, s.state.listed
			}
			s.state = found
		})
	}
	wait.Wait()
	var failed error
	for _, s := range c.servers {
		now := s.now()
		if now.trouble == nil {
			return nil
		}
		failed = errors.Join(failed, now.trouble)
	}
	if errors.Is(failed, ErrNoCatalogue) {
		return failed
	}
	return fmt.Errorf("%w: %w", ErrAway, failed)
}

func (s *server) now() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// look reads the catalogue of one server, and how far it has come.
func (s *server) look(ctx context.Context, prefix string) (found state, err error) {
	found.lookedAt, found.schemas = time.Now(), map[string]bool{}
	q := s.pool
	has, err := sqlite.Single[bool](ctx, q, `SELECT to_regclass(?) IS NOT NULL`, prefix+".releases")
	if err != nil {
		return found, err
	}
	if !has {
		return found, ErrNoCatalogue
	}
	err = sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		return rows.Scan(&found.moves, sqlite.Text(&found.current), &found.lag)
	}, `SELECT moves, name, CASE WHEN pg_is_in_recovery()
		THEN COALESCE(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), 0) ELSE 0 END FROM `+prefix+`.current`)
	if err != nil {
		return found, err
	}
	found.listed, err = sqlite.Collect(ctx, q, scanEntry, listEntries(prefix))
	for _, entry := range found.listed {
		found.schemas[entry.Schema] = true
	}
	return found, err
}

// newest returns what the server says that has come furthest, of those that answer, else of those that did.
func (c *Cluster) newest() state {
	var best state
	for i, s := range c.servers {
		now := s.now()
		better := now.moves > best.moves || len(now.listed) > len(best.listed) && now.moves == best.moves
		if i == 0 || now.trouble == nil && best.trouble != nil || (now.trouble == nil) == (best.trouble == nil) && better {
			best = now
		}
	}
	return best
}

// maxLag is how many bytes behind a standby may be that is asked while others are not. What it holds is not wrong, but it
// is busy.
const maxLag = 64 << 20

// choose lists the servers that may be asked for a release, those to be asked first before the others: healthy ones that
// keep up, and among them the one that has the least to do. A server that lacks the release is never asked; one of
// which nothing is known yet is.
func (c *Cluster) choose(schema string) []*server {
	type candidate struct {
		*server
		late int
		busy int
	}
	var list []candidate
	for _, s := range c.servers {
		now := s.now()
		if schema != "" && now.schemas != nil && !now.schemas[schema] {
			continue
		}
		late := 0
		if now.lag > maxLag {
			late = 1
		}
		if now.trouble != nil {
			late = 2
		}
		list = append(list, candidate{s, late, s.pool.Stats().InUse})
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		if a.late != b.late {
			return a.late - b.late
		}
		return a.busy - b.busy
	})
	servers := make([]*server, len(list))
	for i, one := range list {
		servers[i] = one.server
	}
	return servers
}

// fail notes, until it is looked at again, that a server cannot be asked, or not for a release that it turned out to lack.
func (s *server) fail(err error, schema string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if isLacking(err) && s.state.schemas != nil {
		s.state.schemas = maps.Clone(s.state.schemas)
		delete(s.state.schemas, schema)
		return
	}
	s.state.trouble = fmt.Errorf("%s: %w", s.name, err)
}

// Release is the copy of a release, as what queries run on. Whatever server answers, it is the same release.
type Release struct {
	cluster *Cluster
	schema  string
	whole   bool // whether queries are of whole lists
}

// Release returns the copy of a release by its schema.
func (c *Cluster) Release(schema string) *Release { return &Release{c, schema, false} }

// Whole returns the same for statements that read much of it once.
func (r *Release) Whole() *Release { return &Release{r.cluster, r.schema, true} }

// QueryContext runs a query on a server that has the release. Where the server turns out to be away before the first
// rows have come, the next one is asked.
func (r *Release) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	under := context.WithValue(ctx, scopeKey{}, scope{schema: r.schema})
	var failed error
	for _, s := range r.cluster.choose(r.schema) {
		pool := s.pool
		if r.whole {
			pool = s.whole
		}
		rows, err := pool.QueryContext(under, query, args...)
		if err == nil {
			return rows, nil
		}
		if err = translate(ctx, err); !errors.Is(err, errElsewhere) {
			return nil, err
		}
		s.fail(err, r.schema)
		failed = errors.Join(failed, fmt.Errorf("%s: %w", s.name, err))
	}
	if failed == nil {
		failed = errors.New("none has the release")
	}
	return nil, fmt.Errorf("%w: %w: %w", ErrAway, away, failed)
}

// ExecContext and PrepareContext do nothing: a release is never written to, and no statement outlives its transaction.
func (r *Release) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, errNotSupported
}

// PrepareContext returns an error: see ExecContext.
func (r *Release) PrepareContext(context.Context, string) (*sql.Stmt, error) {
	return nil, errNotSupported
}
