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

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/semaphore"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/db/internal/postgres"
	"homebound/db/internal/sqlite"
	"homebound/internal/confidential"
	"homebound/internal/labour"
)

// Release is a published release, open for reading by any number of goroutines.
type Release struct {
	file sqlite.Querier
	// for whole lists, so that those who take long over one keep no connection from the questions of others
	whole sqlite.Querier
	close func() error
	info  labour.Release
	// derivedHash is what Verify expects of everything that is not content.
	derivedHash string
	schema      sqlite.Schema
	*dictionary
	spans map[string]labour.Period // by kind of facts: the first and last day on which they have anything
	rates yearRates                // into the release's currency
	// planner picks the rollup that answers a question: smallest, but where a test compares them.
	planner func(facts string, dimensions []labour.Dimension) (build.Rollup, bool)
	// confidential is the size that masked rows protect, 0 where no row is masked; largest is the most workers of a row.
	confidential, largest int
	compared              comparisons
	edition               int
	everything            everything
	searches              *lru.Cache[string, named] // by folded words
	room                  *semaphore.Weighted       // of the store, for the rows of large reports; nil is no bound
}

// unexposed is the least to protect of a file that is opened for no reader.
const unexposed = -1

// openRelease opens a release's file. It returns ErrCorrupt (wrapped) for a file that is not a whole release, and
// ErrExposed (wrapped) for one with real rows that protects fewer than least workers, or fewer than its own settings
// ask.
func openRelease(ctx context.Context, path string, least int) (*Release, error) {
	found, err := os.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open a release: %w: %w", sqlite.ErrCorrupt, err)
		}
		return nil, fmt.Errorf("open a release: %w", err)
	}
	file, whole := sqlite.OpenPublished(path), sqlite.OpenWhole(path)
	r := &Release{file: file, whole: whole, close: func() error { return errors.Join(file.Close(), whole.Close()) }}
	// SQLite notices a page that is gone, and reads zeros for the end of one.
	size, err := sqlite.Single[int64](ctx, file, `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`)
	if err == nil && size != found.Size() {
		err = fmt.Errorf("%w: expected %d bytes, found %d", sqlite.ErrCorrupt, size, found.Size())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open a release: %w", err), r.close())
	}
	return readRelease(ctx, r, least)
}

// smallest is the planner of a release.
func (r *Release) smallest(facts string, dimensions []labour.Dimension) (build.Rollup, bool) {
	return build.Smallest(r.schema, facts, dimensions)
}

// readRelease reads what every question needs of a release that was opened.
func readRelease(ctx context.Context, r *Release, least int) (*Release, error) {
	r.planner = r.smallest
	var err error
	if r.searches, err = lru.New[string, named](searchesKept); err != nil {
		return nil, err
	}
	if r.everything, err = newEverything(); err != nil {
		return nil, err
	}
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
		r.rates, err = readYearRates(ctx, r.file, r.info.Currency)
	}
	var set build.Settings
	if err == nil {
		set, err = r.Settings(ctx)
	}
	if err == nil {
		r.confidential, r.largest, err = build.ReadMasked(ctx, r.file)
	}
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, postgres.ErrAway) {
			err = fmt.Errorf("%w: %w", sqlite.ErrCorrupt, err)
		}
		return nil, errors.Join(fmt.Errorf("open release file: %w", err), r.close())
	}
	if k := max(least, set.Confidential); least != unexposed && r.info.Factual && r.confidential < k {
		return nil, errors.Join(exposed(r.info.Number, r.confidential, k), r.close())
	}
	return r, nil
}

// exposed is the error for a release that protects less than is asked.
func exposed(number, has, wants int) error {
	masks := "is not masked"
	if has > 0 {
		masks = fmt.Sprintf("is masked for %d workers", has)
	}
	return fmt.Errorf("%w: %w", ErrExposed, labour.Faultf(labour.Forbidden, "Release %d %s and --confidential or its settings ask for %d; "+
		"`homebound releases remask --confidential %[3]d` publishes it again under that.", number, masks, wants))
}

// Confidential returns the size that the release's masked rows protect, 0 where none is masked.
func (r *Release) Confidential() int { return r.confidential }

// StandardError returns a bound on the standard deviation by which a figure of workers differs from the register's,
// since rows are masked: 0 where none is.
func (r *Release) StandardError(figure float64) float64 {
	if r.confidential == 0 {
		return 0
	}
	return confidential.StandardError(r.confidential, r.largest, figure)
}

// Info returns what the release says of itself.
func (r *Release) Info() labour.Release { return r.info }

// Edition counts how often a file of the release's number was refused before this one was opened: what was kept of
// another edition may be wrong.
func (r *Release) Edition() int { return r.edition }

// Verify reads the whole release and computes its hashes anew. It returns ErrCorrupt (wrapped) where the file is
// damaged or holds anything else than was published.
func (r *Release) Verify(ctx context.Context) error {
	if _, is := r.file.(sqlite.Foreign); is {
		return errors.New("a release is verified where it was made: a push reads its copy back")
	}
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
		{"the hash of what is derived", r.derivedHash, func(ctx context.Context, q sqlite.Querier) (string, error) {
			return build.DerivedHashLike(ctx, q, r.derivedHash)
		}},
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

// Mappings returns the mappings by which publishers' files became rows of the release.
func (r *Release) Mappings(ctx context.Context) ([]Mapping, error) {
	return build.ReadMappings(ctx, r.file)
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
		case build.SettingLocalLanguage:
			s.LocalLanguage = value
		case build.SettingConfidential, build.SettingSuppressBelow:
			var err error
			s.Confidential, err = strconv.Atoi(value)
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
	t, err := sqlite.Describe(ctx, r.file, name)
	if err != nil {
		return err
	}
	quoted := r.schema.Columns(name, "", columns...)
	for i, c := range columns {
		if at := t.Index(c); at >= 0 && t.Columns[at].Kind == "TEXT" {
			quoted[i] = "NULLIF(" + quoted[i] + ", '')"
		}
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
