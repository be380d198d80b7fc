package build

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// A delivery can take the place of all that a source had said before, of all time or of a period. The keys of the rows
// that the release has of the source are put aside before a row is staged; each row of the delivery takes its key out
// of them, and what is left is withdrawn in the end.

// Delivery is what a package takes the place of.
type Delivery struct {
	Source   string
	From, To *labour.Date // days of issue, of repatriation or observed, both included; nil where it is open
	Tables   []string     // that the package has
}

// dayOf are the columns that say of which day a row is, first and last. Rows of other tables have none, and are in no
// period.
var dayOf = map[string][2]string{
	"observations": {"from", "to"}, "claims": {"made_on", "made_on"}, "coverage": {"from", "to"},
	"permits": {"issued_on", "issued_on"}, "repatriations": {"date", "date"},
}

const sourceColumn = "source_id"

// Deliver puts the rows aside that the delivery takes the place of. It returns an error where the release has no such
// source.
func (d *Draft) Deliver(ctx context.Context, of Delivery) error {
	known, err := sqlite.Single[bool](ctx, d.conn, `SELECT EXISTS (SELECT 1 FROM main.sources WHERE id = ?)`, of.Source)
	if err != nil {
		return fmt.Errorf("look for the source: %w", err)
	}
	if !known {
		return fmt.Errorf("expected the id of a source of the current release, found %q", of.Source)
	}
	for _, name := range sqlite.ContentTables {
		t := d.tables[name]
		if t.Index(sourceColumn) < 0 || !slices.Contains(of.Tables, name) {
			continue
		}
		conditions, args := []string{`source_id = ?`}, []any{of.Source}
		days, dated := dayOf[name]
		if (of.From != nil || of.To != nil) && !dated {
			continue
		}
		if of.From != nil {
			conditions, args = append(conditions, sqlite.Quote(days[0])+` >= ?`), append(args, of.From.String())
		}
		if of.To != nil {
			conditions, args = append(conditions, sqlite.Quote(days[1])+` <= ?`), append(args, of.To.String())
		}
		keys := strings.Join(t.Names("", sqlite.IsKey), ", ")
		for _, statement := range []string{
			fmt.Sprintf(`CREATE TABLE stage.%s AS SELECT %s FROM main.%s WHERE %s`, gone(name), keys, sqlite.Quote(name), strings.Join(conditions, " AND ")),
			fmt.Sprintf(`CREATE UNIQUE INDEX stage.%s ON %s (%s)`, sqlite.Quote("gone_by_key_"+name), gone(name), keys),
		} {
			if _, err := sqlite.Run(ctx, d.conn, statement, args...); err != nil {
				return fmt.Errorf("put aside what the source had in %s: %w", name, err)
			}
			args = nil
		}
		d.delivered = append(d.delivered, name)
	}
	return nil
}

// gone names the table of the keys that are put aside.
func gone(table string) string { return sqlite.Quote("gone_" + table) }

// stays takes the keys of staged and of rejected records out of those put aside.
func (s *Stage) stays(ctx context.Context) error {
	if !slices.Contains(s.draft.delivered, s.table.Name) {
		return nil
	}
	on := strings.Join(sqlite.Compare(s.table.Names("s.", sqlite.IsKey), s.table.Names("g.", sqlite.IsKey), "="), " AND ")
	if _, err := sqlite.Run(ctx, s.draft.conn, fmt.Sprintf(`DELETE FROM stage.%s AS g WHERE EXISTS (SELECT 1 FROM stage.%s s WHERE %s)
		OR %s IN (SELECT key FROM stage.rejected WHERE table_name = ?)`, gone(s.table.Name), sqlite.Quote(s.table.Name), on, s.keyText("g.")),
		s.table.Name); err != nil {
		return fmt.Errorf("see what %s still has: %w", s.table.Name, err)
	}
	return nil
}

// Withdrawal is a row that its source no longer has.
type Withdrawal struct{ Table, Key string }

// NamedError says that rows would be withdrawn which others name.
type NamedError struct{ Rows []string }

const mostNamedRows = 20

// Error lists them.
func (e *NamedError) Error() string {
	shown, more := e.Rows, ""
	if len(shown) > mostNamedRows {
		more = fmt.Sprintf("; and %d more", len(shown)-mostNamedRows)
		shown = shown[:mostNamedRows]
	}
	return "rows would be withdrawn that others name: " + strings.Join(shown, "; ") + more
}

// Withdraw removes what is left of the rows put aside, and tells each to report. It returns a *NamedError, and removes
// nothing, where a row is named by one that stays.
func (d *Draft) Withdraw(ctx context.Context, report func(Withdrawal)) (counts map[string]int64, err error) {
	var named []string
	for _, name := range sqlite.ContentTables {
		rows, err := d.namesGone(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("see who names what is withdrawn: %w", err)
		}
		named = append(named, rows...)
	}
	if len(named) > 0 {
		return nil, &NamedError{named}
	}
	counts = map[string]int64{}
	for _, name := range slices.Backward(d.delivered) {
		t := d.tables[name]
		key := sqlite.Joined(t.Names("g.", sqlite.IsKey), " ")
		err := sqlite.Each(ctx, d.conn, func(rows *sql.Rows) error {
			var key string
			if err := rows.Scan(&key); err != nil {
				return err
			}
			report(Withdrawal{name, strings.Join(strings.Fields(key), " ")})
			return nil
		}, fmt.Sprintf(`SELECT %s FROM stage.%s g ORDER BY 1`, key, gone(name)))
		if err != nil {
			return nil, fmt.Errorf("list what is withdrawn from %s: %w", name, err)
		}
		on := strings.Join(sqlite.Compare(t.Names("m.", sqlite.IsKey), t.Names("g.", sqlite.IsKey), "="), " AND ")
		if counts[name], err = sqlite.Run(ctx, d.conn, fmt.Sprintf(
			`DELETE FROM main.%s AS m WHERE EXISTS (SELECT 1 FROM stage.%s g WHERE %s)`, sqlite.Quote(name), gone(name), on)); err != nil {
			return nil, fmt.Errorf("withdraw from %s: %w", name, err)
		}
	}
	return counts, nil
}

// namesGone lists the rows of a table that stay and name one that is withdrawn.
func (d *Draft) namesGone(ctx context.Context, name string) (found []string, err error) {
	t := d.tables[name]
	for _, r := range t.References {
		if !slices.Contains(d.delivered, r.Table) {
			continue
		}
		stays := ""
		if slices.Contains(d.delivered, name) {
			stays = fmt.Sprintf(`AND NOT EXISTS (SELECT 1 FROM stage.%s o WHERE %s)`, gone(name),
				strings.Join(sqlite.Compare(t.Names("o.", sqlite.IsKey), t.Names("m.", sqlite.IsKey), "="), " AND "))
		}
		rows, err := sqlite.Collect(ctx, d.conn, func(rows *sql.Rows) (text string, err error) {
			var key, value string
			err = rows.Scan(&key, &value)
			return fmt.Sprintf("%s %s is named by %s %s in %s", r.Table, value, name, strings.Join(strings.Fields(key), " "), r.Column), err
		}, fmt.Sprintf(`SELECT %[1]s, m.%[2]s FROM main.%[3]s m WHERE m.%[2]s IN (SELECT %[4]s FROM stage.%[5]s) %[6]s ORDER BY 1`,
			sqlite.Joined(t.Names("m.", sqlite.IsKey), " "), sqlite.Quote(r.Column), sqlite.Quote(name), sqlite.Quote(r.Key), gone(r.Table), stays))
		if err != nil {
			return nil, err
		}
		found = append(found, rows...)
	}
	return found, nil
}
