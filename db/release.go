package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// Release is a published release, open for reading by any number of goroutines.
type Release struct {
	file *sql.DB
	// for whole lists, so that those who take long over one keep no connection from the questions of others
	whole *sql.DB
	info  labour.Release
	// derivedHash is what Verify expects of everything that is not content.
	derivedHash string
	schema      sqlite.Schema
	*dictionary
	spans map[string]labour.Period // by kind of facts: the first and last day on which they have anything
	// planner picks the rollup that answers a question: smallest, but where a test compares them.
	planner func(facts string, dimensions []labour.Dimension) (build.Rollup, bool)
	// suppressBelow is the least count of workers that is shown, 0 where every one is.
	suppressBelow int
	compared      comparisons
	// What guards have found, which is the same for all questions that are weighed alike.
	guardedValues memo[[][]string]
	decisions     memo[decision]
}

// openRelease opens a release's file, and withholds counts of fewer workers than a least one. It returns ErrCorrupt
// (wrapped) for a file that is not a whole release.
func openRelease(ctx context.Context, path string, suppressBelow int) (*Release, error) {
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open a release: %w: %w", sqlite.ErrCorrupt, err)
		}
		return nil, fmt.Errorf("open a release: %w", err)
	}
	r := &Release{file: sqlite.OpenPublished(path), whole: sqlite.OpenWhole(path), planner: build.Smallest}
	var err error
	if r.info, err = build.ReadInfo(ctx, r.file); err == nil {
		r.derivedHash, err = sqlite.Single[string](ctx, r.file, `SELECT derived_hash FROM release`)
	}
	if err == nil {
		r.schema, err = sqlite.ReadSchema(ctx, r.file)
	}
	if err == nil {
		r.dictionary, err = readDictionary(ctx, r.file, r.schema)
	}
	if err == nil {
		r.spans, err = readSpans(ctx, r.file)
	}
	if err == nil {
		var set build.Settings
		set, err = r.Settings(ctx)
		r.suppressBelow = max(suppressBelow, set.SuppressBelow)
	}
	if err != nil {
		if ctx.Err() == nil {
			err = fmt.Errorf("%w: %w", sqlite.ErrCorrupt, err)
		}
		return nil, errors.Join(fmt.Errorf("open release file: %w", err), r.close())
	}
	return r, nil
}

func (r *Release) close() error { return errors.Join(r.file.Close(), r.whole.Close()) }

// Info returns what the release says of itself.
func (r *Release) Info() labour.Release { return r.info }

// Verify reads the whole release and computes its hashes anew. It returns ErrCorrupt (wrapped) where the file is
// damaged or holds anything else than was published.
func (r *Release) Verify(ctx context.Context) error {
	found, err := sqlite.Single[string](ctx, r.file, `PRAGMA integrity_check(1)`)
	if err != nil {
		return fmt.Errorf("verify release %d: %w", r.info.Number, err)
	}
	if found != "ok" {
		return fmt.Errorf("verify release %d: %w: %s", r.info.Number, sqlite.ErrCorrupt, found)
	}
	for _, sum := range []struct {
		what, want string
		compute    func(context.Context, sqlite.Querier) (string, error)
	}{
		{"the content hash", r.info.ContentHash, build.ContentHash},
		{"the hash of what is derived", r.derivedHash, build.DerivedHash},
	} {
		found, err := sum.compute(ctx, r.file)
		if err != nil {
			return fmt.Errorf("verify release %d: %w", r.info.Number, err)
		}
		if found != sum.want {
			return fmt.Errorf("verify release %d: %w: expected %s to be %s, found %s", r.info.Number,
				sqlite.ErrCorrupt, sum.what, sum.want, found)
		}
	}
	return nil
}

// Imports returns what became of each file's rows in the import that made the release.
func (r *Release) Imports(ctx context.Context) ([]labour.ImportCounts, error) {
	return sqlite.Collect(ctx, r.file, func(rows *sql.Rows) (c labour.ImportCounts, err error) {
		return c, rows.Scan(&c.Table, &c.Read, &c.Inserted, &c.Replaced, &c.Unchanged, &c.Rejected, &c.Warnings)
	}, `SELECT table_name, read, inserted, replaced, unchanged, rejected, warnings FROM imports`)
}

// Settings returns what the publisher has set for the whole release.
func (r *Release) Settings(ctx context.Context) (build.Settings, error) {
	var s build.Settings
	err := sqlite.Each(ctx, r.file, func(rows *sql.Rows) error {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		switch name {
		case build.SettingCurrency:
			s.Currency = value
		case build.SettingDataThrough:
			return sqlite.OptionalDate(&s.DataThrough).Scan(value)
		case build.SettingSuppressBelow:
			var err error
			s.SuppressBelow, err = strconv.Atoi(value)
			return err
		}
		return nil
	}, `SELECT name, value FROM settings`)
	return s, err
}

// Rows hands out every row of a content table in the order of its key: nil, string, int64, float64 by column. What is
// absent in a key comes as nil too. Values are good until yield returns.
func (r *Release) Rows(ctx context.Context, name string, columns []string, yield func(values []any) error) error {
	if r.schema[name] == nil {
		return nil
	}
	quoted := r.schema.Columns(name, "", columns...)
	for i, c := range quoted {
		quoted[i] = "NULLIF(" + c + ", '')"
	}
	t, err := sqlite.Describe(ctx, r.file, name)
	if err != nil {
		return err
	}
	return sqlite.EachValues(ctx, r.file, len(columns), yield,
		fmt.Sprintf("SELECT %s FROM %s ORDER BY %s", strings.Join(quoted, ", "), sqlite.Quote(name),
			strings.Join(t.Names("", sqlite.IsKey), ", ")))
}

// readSpans reads the first and the last day on which each kind of facts has anything. A kind without any has no days.
func readSpans(ctx context.Context, q sqlite.Querier) (map[string]labour.Period, error) {
	spans := map[string]labour.Period{build.PermitFacts: packed.NoDays, build.RepatriationFacts: packed.NoDays,
		build.StockFacts: packed.NoDays}
	err := sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		var facts string
		var span labour.Period
		err := rows.Scan(&facts, sqlite.Date(&span.From), sqlite.Date(&span.To))
		spans[facts] = span
		return err
	}, `SELECT facts, first, last FROM spans`)
	if err != nil {
		return nil, fmt.Errorf("read the spans of the facts: %w", err)
	}
	return spans, nil
}
