// Package build makes a published file of a draft: it stages rows, checks and merges them, derives what reports read,
// computes the hashes, and gives the file its name.
package build

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"homebound/db/internal/sqlite"
	"homebound/internal/confidential"
	"homebound/internal/labour"
)

// Mode says what a draft starts from.
type Mode string

const (
	Merge   Mode = "merge"   // the current release; rows are matched by key, inserted or replaced
	Replace Mode = "replace" // nothing
	// ReplaceSource starts from the current release, as Merge does; what the source no longer has is withdrawn.
	ReplaceSource Mode = "replace-source"
	Remask        Mode = "remask" // the current release, which is published again as it is but for its masks
)

// ErrBusy says that another process is building a release in the same folder.
var ErrBusy = errors.New("another import is running in this data folder")

// Draft is a release in the making: a file of its own that nobody reads before it is published. Tables are staged in
// the order of ContentTables, then the draft is published or discarded. One goroutine uses it at a time.
type Draft struct {
	folder Folder
	unlock func() error // nil once the draft is done with
	path   string       // of the folder that the draft is made in
	file   *sql.DB
	conn   *sql.Conn // the only one, for what is attached to it
	number int
	note   string // of the base release
	least  int    // the size to protect at least, where any row is real
	tables map[string]sqlite.Table
	// currency is that of the package's wages which name none; anew says that the draft started from nothing.
	currency string
	anew     bool
	moved    []MovedMean
	counts   []labour.ImportCounts
	// delivered are the tables whose rows of a source were put aside: see Deliver.
	delivered []string
	based     bool // whether the current release is attached as base
	// years are the staged permits by their cells and years, where these are all permits of the draft.
	years yearTally
	// madeUp says that every permit of the draft is known to be synthetic, which spares looking for one that is not.
	madeUp bool
	// deferred holds the indexes that were dropped from empty tables, to be made once they are filled.
	deferred []string
}

// Start starts a release in a data folder. Only one can be in the making at a time: it returns ErrBusy while another
// process has one. What an interrupted import has left behind is removed.
//
// Where rows are real they are masked for the size that the settings name, and at least for least: 0 asks for nothing.
func Start(ctx context.Context, f Folder, mode Mode, least int) (*Draft, error) {
	unlock, err := f.TryLock()
	if err != nil {
		return nil, err
	}
	d := &Draft{folder: f, unlock: unlock, path: filepath.Join(string(f), "draft"), least: least, tables: map[string]sqlite.Table{}}
	if err := d.start(ctx, mode); err != nil {
		return nil, errors.Join(err, d.Discard())
	}
	return d, nil
}

func (d *Draft) start(ctx context.Context, mode Mode) error {
	if err := d.folder.clear(d.path); err != nil {
		return fmt.Errorf("clear the last draft: %w", err)
	}
	if err := os.MkdirAll(d.path, 0o755); err != nil {
		return fmt.Errorf("make a draft: %w", err)
	}
	var err error
	if d.number, err = d.folder.nextNumber(); err != nil {
		return err
	}
	path := filepath.Join(d.path, "release.db")
	if mode != Replace {
		if err := d.copyCurrent(path); err != nil {
			return err
		}
	}
	d.file = sqlite.OpenDraft(path)
	if err := sqlite.Migrate(ctx, d.file); err != nil {
		return err
	}
	if d.conn, err = d.file.Conn(ctx); err != nil {
		return fmt.Errorf("open the draft: %w", err)
	}
	if d.note, err = sqlite.Single[string](ctx, d.conn, `SELECT COALESCE(MAX(note), '') FROM main.release`); err != nil {
		return fmt.Errorf("read the base release: %w", err)
	}
	if d.anew, err = sqlite.Single[bool](ctx, d.conn, `SELECT NOT EXISTS (SELECT 1 FROM main.release)`); err != nil {
		return fmt.Errorf("read the base release: %w", err)
	}
	for _, statement := range []string{
		`ATTACH DATABASE '` + strings.ReplaceAll(filepath.Join(d.path, "stage.db"), "'", "''") + `' AS stage`,
		`PRAGMA stage.page_size = 32768`, // which takes an eighth of the calls that pages of 4 KiB do
		`PRAGMA stage.journal_mode = OFF`,
		`PRAGMA stage.synchronous = OFF`,
		`PRAGMA stage.cache_size = -32768`,
		`CREATE TABLE stage.faults (table_name TEXT NOT NULL, record INTEGER NOT NULL, column_name TEXT NOT NULL, message TEXT NOT NULL)`,
		`CREATE TABLE stage.warnings (table_name TEXT NOT NULL, record INTEGER NOT NULL, column_name TEXT NOT NULL, message TEXT NOT NULL)`,
		rejectedTables,
		`DELETE FROM main.release`,
		`DELETE FROM main.exchange_rates`,
		`DELETE FROM main.spans`,
		// What withheld small counts before rows were masked, now masks.
		`UPDATE main.settings SET name = 'confidential', value = MAX(3, CAST(value AS INTEGER)) WHERE name = 'suppressBelow'`,
	} {
		if _, err := sqlite.Run(ctx, d.conn, statement); err != nil {
			return fmt.Errorf("prepare the draft: %w", err)
		}
	}
	if mode != Remask {
		for _, statement := range []string{`DELETE FROM main.imports`, `DELETE FROM main.gates`} {
			if _, err := sqlite.Run(ctx, d.conn, statement); err != nil {
				return fmt.Errorf("prepare the draft: %w", err)
			}
		}
	}
	for _, name := range sqlite.ContentTables {
		if d.tables[name], err = sqlite.Describe(ctx, d.conn, name); err != nil {
			return err
		}
	}
	return nil
}

// copyCurrent makes the draft a copy of the current release; with none published it starts from nothing.
func (d *Draft) copyCurrent(path string) error {
	name, err := d.folder.ReadCurrent()
	if errors.Is(err, ErrNoRelease) {
		return nil
	}
	if err != nil {
		return err
	}
	from, err := os.Open(d.folder.File(name))
	if err != nil {
		return fmt.Errorf("copy the current release: %w", err)
	}
	defer from.Close()
	to, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("copy the current release: %w", err)
	}
	if _, err := io.Copy(to, from); err != nil {
		return errors.Join(fmt.Errorf("copy the current release: %w", err), to.Close())
	}
	return to.Close()
}

// Number returns the number that the release will have.
func (d *Draft) Number() int { return d.number }

// Note returns the note of the release that the draft started from, "" where it started from nothing.
func (d *Draft) Note() string { return d.note }

// Counts returns what became of the rows staged so far, by table.
func (d *Draft) Counts() []labour.ImportCounts { return d.counts }

// Discard throws the draft away; after Publish it does nothing.
func (d *Draft) Discard() error {
	if d.unlock == nil {
		return nil
	}
	err := errors.Join(d.closeFile(), removeAll(d.path), d.unlock())
	d.unlock = nil
	return err
}

func (d *Draft) closeFile() error {
	var failed error
	if d.conn != nil {
		failed = d.conn.Close()
		d.conn = nil
	}
	if d.file != nil {
		failed = errors.Join(failed, d.file.Close())
		d.file = nil
	}
	return failed
}

// Settings are what a publisher may set for a whole release. Nil and "" keep what the base release has.
type Settings struct {
	Currency      string       // ISO 4217; RUB where nothing sets it, and never another than that of the base release
	DataThrough   *labour.Date // the last day that the register covers
	LocalLanguage string       // BCP 47 code of the language of local names
	Confidential  int          // the size that is protected, 0 for none; it never becomes less than in the base
}

// The names of the settings as they are kept and hashed.
const (
	SettingCurrency      = "currency"
	SettingDataThrough   = "dataThrough"
	SettingConfidential  = "confidential"
	SettingLocalLanguage = "localLanguage"
	defaultCurrency      = "RUB"

	// SettingSuppressBelow is what a release of before has in place of SettingConfidential; its rows are not masked.
	SettingSuppressBelow = "suppressBelow"
)

// Set writes the settings that are given.
func (d *Draft) Set(ctx context.Context, s Settings) error {
	values := map[string]string{}
	if s.Currency != "" && d.anew { // money that is there already stays what it is
		values[SettingCurrency] = s.Currency
	}
	if s.DataThrough != nil {
		values[SettingDataThrough] = s.DataThrough.String()
	}
	if s.LocalLanguage != "" {
		values[SettingLocalLanguage] = s.LocalLanguage
	}
	base, err := sqlite.Single[int](ctx, d.conn, `SELECT CAST(value AS INTEGER) FROM main.settings WHERE name = ?`,
		SettingConfidential)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	if s.Confidential > base {
		values[SettingConfidential] = strconv.Itoa(s.Confidential)
	}
	for name, value := range values {
		if _, err := sqlite.Run(ctx, d.conn, `INSERT OR REPLACE INTO main.settings (name, value) VALUES (?, ?)`, name,
			value); err != nil {
			return fmt.Errorf("set %s: %w", name, err)
		}
	}
	return nil
}

// GateError says which gates a draft does not pass.
type GateError struct{ Failed []labour.GateResult }

// Error lists the gates with what each found and expected.
func (e *GateError) Error() string {
	var parts []string
	for _, g := range e.Failed {
		bound := ""
		if g.AtLeast != nil {
			bound = fmt.Sprintf("at least %v", *g.AtLeast)
		}
		if g.AtMost != nil {
			bound = strings.TrimPrefix(bound+" and at most "+fmt.Sprint(*g.AtMost), " and ")
		}
		parts = append(parts, fmt.Sprintf("gate %q: expected %s rows in %s, found %v", g.Name, bound, g.Table, g.Found))
	}
	return strings.Join(parts, "; ")
}

// Check holds the draft against the gates, and keeps the results in the release. It returns a *GateError where one
// fails.
func (d *Draft) Check(ctx context.Context, gates []labour.Gate) error {
	var failed []labour.GateResult
	for _, g := range gates {
		if _, known := d.tables[g.Table]; !known {
			return fmt.Errorf("gate %q: there is no table %q", g.Name, g.Table)
		}
		found, err := sqlite.Single[float64](ctx, d.conn, `SELECT COUNT(*) FROM main.`+sqlite.Quote(g.Table))
		if err != nil {
			return fmt.Errorf("gate %q: %w", g.Name, err)
		}
		if _, err := sqlite.Run(ctx, d.conn,
			`INSERT OR REPLACE INTO main.gates (name, table_name, at_least, at_most, found) VALUES (?, ?, ?, ?, ?)`,
			g.Name, g.Table, g.AtLeast, g.AtMost, found); err != nil {
			return fmt.Errorf("gate %q: %w", g.Name, err)
		}
		result := labour.GateResult{Gate: g, Found: found, Passed: g.Holds(found)}
		if !result.Passed {
			failed = append(failed, result)
		}
	}
	if failed != nil {
		return &GateError{failed}
	}
	return nil
}

// Publish derives what reports read, checks the file, and makes the draft the current release. now is the time of
// publication. Whatever fails, the release that was current stays so.
func (d *Draft) Publish(ctx context.Context, now time.Time, note string) (labour.Release, error) {
	info := labour.Release{Number: d.number, PublishedAt: now.UTC().Truncate(time.Second), Note: note}
	if err := d.finish(ctx, &info); err != nil {
		return info, err
	}
	if err := d.closeFile(); err != nil {
		return info, fmt.Errorf("close the draft: %w", err)
	}
	if _, err := d.folder.publish(ctx, filepath.Join(d.path, "release.db"), d.number, info.ContentHash); err != nil {
		return info, err
	}
	return info, d.Discard()
}

func (d *Draft) finish(ctx context.Context, info *labour.Release) error {
	if _, err := sqlite.Run(ctx, d.conn, `DETACH DATABASE stage`); err != nil { // whose pages are not read again
		return fmt.Errorf("finish the draft: %w", err)
	}
	// Rows are sorted in as much memory as the cache has, and in twice that by a thread of its own, which gains nothing
	// while what is derived takes the other processor.
	if _, err := sqlite.Run(ctx, d.conn, `PRAGMA threads = 0`); err != nil {
		return fmt.Errorf("finish the draft: %w", err)
	}
	masker, k, err := d.masker(ctx)
	if err != nil {
		return err
	}
	register, hash, err := d.derive(ctx, masker, k)
	if err != nil {
		return err
	}
	info.ContentHash = hash
	if err := d.describeRelease(ctx, register, info); err != nil {
		return err
	}
	for _, c := range d.counts {
		if !c.Reconciles() {
			return fmt.Errorf("the counts of %s do not reconcile: %+v", c.Table, c)
		}
		if _, err := sqlite.Run(ctx, d.conn, `INSERT INTO main.imports VALUES (?, ?, ?, ?, ?, ?, ?)`,
			c.Table, c.Read, c.Inserted, c.Replaced, c.Unchanged, c.Rejected, c.Warnings); err != nil {
			return fmt.Errorf("keep the counts: %w", err)
		}
	}
	var derived string
	both, running := errgroup.WithContext(ctx)
	both.Go(func() error { return checkFinished(running, filepath.Join(d.path, "release.db")) })
	both.Go(func() (err error) {
		derived, err = DerivedHash(running, d.conn)
		return err
	})
	if err := both.Wait(); err != nil {
		return err
	}
	if _, err := sqlite.Run(ctx, d.conn, `UPDATE main.release SET derived_hash = ?`, derived); err != nil {
		return fmt.Errorf("keep the hash of what is derived: %w", err)
	}
	return nil
}

// masker returns what masks the draft's rows, and the size that is protected; nil where no row is real or nothing asks.
func (d *Draft) masker(ctx context.Context) (*confidential.Masker, int, error) {
	factual, err := d.isFactual(ctx)
	if err != nil || !factual {
		return nil, 0, err
	}
	if err := d.Set(ctx, Settings{Confidential: d.least}); err != nil {
		return nil, 0, err
	}
	k, err := sqlite.Single[int](ctx, d.conn, `SELECT CAST(value AS INTEGER) FROM main.settings WHERE name = ?`, SettingConfidential)
	if err != nil || k == 0 {
		return nil, 0, err
	}
	secret, err := d.folder.secret()
	if err != nil {
		return nil, 0, err
	}
	masker, err := confidential.New(secret, k)
	return &masker, k, err
}

// isFactual tells whether any permit or repatriation is real.
func (d *Draft) isFactual(ctx context.Context) (bool, error) {
	factual, err := sqlite.Single[bool](ctx, d.conn, `SELECT NOT ? AND EXISTS (SELECT 1 FROM permits WHERE NOT synthetic)
		OR EXISTS (SELECT 1 FROM repatriations WHERE NOT synthetic)`, d.madeUp)
	if err != nil {
		return false, fmt.Errorf("look for factual rows: %w", err)
	}
	return factual, nil
}

// describeRelease writes the row in which the release says what it is.
func (d *Draft) describeRelease(ctx context.Context, r *register, info *labour.Release) error {
	counts := map[string]int{}
	for _, name := range sqlite.ContentTables {
		n, err := sqlite.Single[int](ctx, d.conn, `SELECT COUNT(*) FROM main.`+sqlite.Quote(name))
		if err != nil {
			return fmt.Errorf("count %s: %w", name, err)
		}
		counts[name] = n
	}
	var synthetic, factual bool
	err := sqlite.Each(ctx, d.conn, func(rows *sql.Rows) error { return rows.Scan(&synthetic, &factual) },
		`SELECT ? OR EXISTS (SELECT 1 FROM main.repatriations WHERE synthetic) OR EXISTS (SELECT 1 FROM main.employers WHERE synthetic),
			? OR EXISTS (SELECT 1 FROM main.repatriations WHERE NOT synthetic)`, r.synthetic, r.real)
	if err != nil {
		return fmt.Errorf("look for synthetic and factual rows: %w", err)
	}
	text, err := json.Marshal(counts)
	if err != nil {
		return fmt.Errorf("write the counts: %w", err)
	}
	_, err = sqlite.Run(ctx, d.conn, `INSERT INTO main.release VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')`,
		info.Number, info.ContentHash, info.PublishedAt.Format(time.RFC3339), r.from, r.through, synthetic, factual,
		info.Note, labour.MethodVersion, string(text))
	if err != nil {
		return fmt.Errorf("describe the release: %w", err)
	}
	*info, err = ReadInfo(ctx, d.conn)
	return err
}
