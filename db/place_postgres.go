package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"homebound/db/internal/build"
	"homebound/db/internal/postgres"
	"homebound/db/internal/sqlite"
	"homebound/internal/atomicfile"
	"homebound/internal/labour"
)

// postgresPlace is a PostgreSQL as a place. A release is read there, and no file of it comes to this machine.
type postgresPlace struct {
	cluster *postgres.Cluster
	cache   build.Folder       // for the key file alone
	shards  *postgres.Sharding // how Citus distributes what is pushed; nil where it is not to

	mu   sync.Mutex
	keys string // as they were read last
}

// sharding puts a permit on one server with the repatriations of its workers. All other tables are small enough for every
// server: dictionaries, employers, observations, rollups.
var sharding = &postgres.Sharding{
	Keys: map[string]string{"permits": "id", "repatriations": "COALESCE(permit_id, id)"},
	Views: map[string]*strings.Replacer{
		"permit_facts": strings.NewReplacer(" LEFT JOIN permit_masks m ON m.id = p.id", "", "m.permits", maskOf("permit", "permits", "p"),
			"m.workers", maskOf("permit", "workers", "p"), "m.wage_monthly", maskOf("permit", "wage_monthly", "p")),
		"repatriation_facts": strings.NewReplacer(" LEFT JOIN repatriation_masks m ON m.id = r.id", "",
			"m.workers", maskOf("repatriation", "workers", "r"),
			"p.id = r.permit_id", "p.shard_key = r.shard_key AND p.id = r.permit_id"),
	},
}

// maskOf reads a masked value of a row without a join.
func maskOf(table, column, row string) string {
	return fmt.Sprintf("(SELECT m.%s FROM %s_masks m WHERE m.id = %s.id)", column, table, row)
}

func newPostgresPlace(addresses []string, cache string) (*postgresPlace, error) {
	cluster, err := postgres.Connect(addresses...)
	if err != nil {
		return nil, err
	}
	return &postgresPlace{cluster: cluster, cache: build.Folder(cache)}, nil
}

// entries returns what the servers hold, while they are away what they held.
func (p *postgresPlace) entries(ctx context.Context) ([]postgres.Entry, error) {
	err := p.cluster.Fresh(ctx)
	known := p.cluster.List()
	if err != nil && (known == nil || ctx.Err() != nil) {
		return nil, err
	}
	return known, nil
}

func (p *postgresPlace) list(ctx context.Context) ([]string, error) {
	known, err := p.entries(ctx)
	names := make([]string, len(known))
	for i, entry := range known {
		names[i] = entry.Name
	}
	return names, err
}

func (p *postgresPlace) find(ctx context.Context, name string) (found postgres.Entry, err error) {
	known, err := p.entries(ctx)
	for _, entry := range known {
		if entry.Name == name {
			return entry, nil
		}
	}
	if err == nil {
		number, _ := build.NumberOf(name)
		err = labour.Faultf(labour.NotFound, "There is no release %d in the PostgreSQL any more.", number)
	}
	return found, err
}

func (p *postgresPlace) describe(ctx context.Context, name string) (labour.Release, bool, error) {
	entry, err := p.find(ctx, name)
	if err != nil {
		return labour.Release{}, false, err
	}
	var d described
	if err := json.Unmarshal([]byte(entry.Info), &d); err != nil || d.readDays() != nil {
		return labour.Release{}, false, fmt.Errorf("%w: expected the description of release %d, found %.120q", ErrCorrupt, entry.Number, entry.Info)
	}
	return d.Release, true, nil
}

func (p *postgresPlace) current(ctx context.Context) (string, error) {
	if err := p.cluster.Look(ctx); err != nil {
		return "", err
	}
	if name := p.cluster.Current(); name != "" {
		return name, nil
	}
	return "", ErrNoRelease
}

// fetch returns an error: a release is opened where it is.
func (p *postgresPlace) fetch(context.Context, string) (string, error) {
	return "", fmt.Errorf("a release in PostgreSQL has no file")
}

// open opens a release for reading where it is.
func (p *postgresPlace) open(ctx context.Context, name string, least int) (*Release, error) {
	entry, err := p.find(ctx, name)
	if err != nil {
		return nil, err
	}
	copied := p.cluster.Release(entry.Schema)
	return readRelease(ctx, &Release{file: copied, whole: copied.Whole(), close: func() error { return nil }}, least)
}

func (p *postgresPlace) publish(ctx context.Context, from build.Folder, name string, info labour.Release) error {
	return p.push(ctx, from, name, info, nil)
}

// push copies a release; where it is to be current in the place of another one, in the same transaction that enters it.
func (p *postgresPlace) push(ctx context.Context, from build.Folder, name string, info labour.Release, before *string) error {
	text, err := json.Marshal(described{File: name, Release: info}.withDays())
	if err != nil {
		return fmt.Errorf("describe release %d: %w", info.Number, err)
	}
	file := sqlite.OpenWhole(from.File(name))
	defer file.Close()
	pushing := postgres.Pushing{
		Entry: postgres.Entry{Name: name, Number: info.Number, Info: string(text)},
		File:  file, Shards: p.shards,
		Check: func(ctx context.Context, copied *postgres.Release) error {
			found, err := build.ContentHash(ctx, copied)
			if err == nil && found != info.ContentHash {
				err = fmt.Errorf("%w: expected the content hash to be %s, found %s", ErrCorrupt, info.ContentHash, found)
			}
			return err
		},
	}
	if before != nil {
		pushing.Current, pushing.Before = true, *before
	}
	return p.explain(ctx, p.cluster.Push(ctx, pushing), info.Number, name)
}

// explain turns what the room reports into what callers of a place know.
func (p *postgresPlace) explain(ctx context.Context, err error, number int, name string) error {
	switch {
	case errors.Is(err, postgres.ErrTaken):
		return errors.Join(sameNumber(ctx, p, name), err)
	case errors.Is(err, postgres.ErrBusy):
		return fmt.Errorf("%w: %w", ErrBusy, err)
	case errors.Is(err, postgres.ErrMoved):
		return fmt.Errorf("%w: %w", ErrMoved, err)
	}
	return err
}

func (p *postgresPlace) makeCurrent(ctx context.Context, name, before string) error {
	if err := p.cluster.Look(ctx); err != nil {
		return err
	}
	if err := isThere(ctx, p, name); err != nil {
		return err
	}
	number, _ := build.NumberOf(name)
	return p.explain(ctx, p.cluster.MakeCurrent(ctx, name, before), number, name)
}

func (p *postgresPlace) remove(ctx context.Context, name string) error {
	if err := p.cluster.Remove(ctx, name); err != nil {
		return err
	}
	return p.cluster.Look(ctx)
}

// fetchKeys takes the key file over into the cache where it has changed.
func (p *postgresPlace) fetchKeys(ctx context.Context) error {
	if err := p.cluster.Fresh(ctx); err != nil {
		return err
	}
	text, err := p.cluster.ReadFile(ctx, keysObject)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil || len(text) == 0 || string(text) == p.keys {
		return err
	}
	if err := atomicfile.Write(filepath.Join(string(p.cache), keysObject), text, 0o600); err != nil {
		return fmt.Errorf("keep the keys: %w", err)
	}
	p.keys = string(text)
	return nil
}

func (p *postgresPlace) writeKeys(ctx context.Context, text []byte) error {
	return p.cluster.WriteFile(ctx, keysObject, text)
}

// Close ends the connections.
func (p *postgresPlace) Close() error { return p.cluster.Close() }
