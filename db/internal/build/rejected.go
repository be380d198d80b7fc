package build

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"homebound/db/internal/sqlite"
)

// What rejected records are called and name is kept, so that they can be checked as those that are taken: all that is
// wrong with a row is told at once, and not one thing for each import. It costs nothing where every row is good.
const rejectedTables = `
CREATE TABLE stage.rejected (table_name TEXT NOT NULL, key TEXT NOT NULL, record INTEGER NOT NULL, line INTEGER NOT NULL, whole INTEGER NOT NULL);
CREATE INDEX stage.rejected_keys ON rejected (table_name, key);
CREATE TABLE stage.rejected_names (table_name TEXT NOT NULL, column_name TEXT NOT NULL, value TEXT NOT NULL, record INTEGER NOT NULL)`

// Remember keeps the key and the references of a rejected record, as far as they could be read: a value that is at
// fault itself is nil. columns of faults tell which those are.
func (s *Stage) Remember(ctx context.Context, record, line int64, values []any, faulty func(column string) bool) error {
	var key []string
	for i, c := range s.table.Columns {
		at := s.order[i]
		if !c.Key {
			continue
		}
		if faulty(c.Name) || at >= 0 && len(values) <= at {
			key = nil
			break
		}
		text := ""
		if at >= 0 && values[at] != nil {
			text = fmt.Sprint(values[at])
		}
		key = append(key, text)
	}
	if strings.Join(key, "") != "" {
		if _, err := sqlite.Run(ctx, s.draft.conn, `INSERT INTO stage.rejected VALUES (?, ?, ?, ?, 0)`, s.table.Name,
			strings.Join(key, sqlite.FieldEnd), record, line); err != nil {
			return fmt.Errorf("keep a rejected row: %w", err)
		}
	}
	for i, r := range s.table.References {
		at := s.order[s.named[i].at]
		if at < 0 || len(values) <= at {
			continue
		}
		if value, _ := values[at].(string); value != "" {
			if _, err := sqlite.Run(ctx, s.draft.conn, `INSERT INTO stage.rejected_names VALUES (?, ?, ?, ?)`, s.table.Name, r.Column,
				value, record); err != nil {
				return fmt.Errorf("keep what a rejected row names: %w", err)
			}
		}
	}
	return nil
}

// keyText returns the expression of a staged record's key, as rejected has it.
func (s *Stage) keyText(row string) string {
	return sqlite.Joined(s.table.Names(row, sqlite.IsKey), sqlite.FieldEnd)
}

// checkRejected adds the faults of rejected records that only other rows show: a key that came before or comes again, and
// names of rows that there are not.
func (s *Stage) checkRejected(ctx context.Context) error {
	name := sqlite.Quote(s.table.Name)
	any, err := sqlite.Single[bool](ctx, s.draft.conn, `SELECT EXISTS (SELECT 1 FROM stage.rejected WHERE table_name = ? AND NOT whole)
		OR EXISTS (SELECT 1 FROM stage.rejected_names WHERE table_name = ?)`, s.table.Name, s.table.Name)
	if err != nil || !any {
		return err
	}
	first := strings.Trim(s.table.Names("", sqlite.IsKey)[0], `"`)
	faults, err := sqlite.Collect(ctx, s.draft.conn, func(rows *sql.Rows) (f Fault, err error) {
		var key string
		var line int64
		var before bool
		err = rows.Scan(&f.Record, &key, &line, &before)
		where := "first"
		if !before {
			where = "and then"
		}
		f.Column, f.Message = first, fmt.Sprintf("expected a key that comes once, found %q again, %s on line %d",
			strings.Join(strings.FieldsFunc(key, func(r rune) bool { return string(r) == sqlite.FieldEnd }), " "), where, line)
		return f, err
	}, fmt.Sprintf(`SELECT r.record, r.key, o.line, o.record < r.record FROM stage.rejected r JOIN (
			SELECT key, record, line FROM stage.rejected WHERE table_name = ?1
			UNION ALL SELECT %s, _record, _line FROM stage.%s s WHERE %[1]s IN (SELECT key FROM stage.rejected WHERE table_name = ?1)) o
			ON o.key = r.key AND o.record <> r.record
		WHERE r.table_name = ?1 AND NOT r.whole GROUP BY r.record HAVING o.record = MIN(o.record) ORDER BY r.record`,
		s.keyText("s."), name), s.table.Name)
	if err != nil {
		return fmt.Errorf("check the keys of rejected rows: %w", err)
	}
	for _, r := range s.table.References {
		missing, err := sqlite.Collect(ctx, s.draft.conn, func(rows *sql.Rows) (f Fault, err error) {
			var value string
			f.Column = r.Column
			err = rows.Scan(&value, &f.Record)
			f.Message = missingName(r, value, false)
			return f, err
		}, fmt.Sprintf(`SELECT n.value, n.record FROM stage.rejected_names n WHERE n.table_name = ? AND n.column_name = ?
			AND NOT EXISTS (SELECT 1 FROM main.%[1]s o WHERE o.%[2]s = n.value)
			AND NOT EXISTS (SELECT 1 FROM stage.rejected o WHERE o.table_name = ? AND o.key = n.value)
			%[3]s ORDER BY n.record`, sqlite.Quote(r.Table), sqlite.Quote(r.Key), s.alsoStaged(r, "n.value")), s.table.Name, r.Column, r.Table)
		if err != nil {
			return fmt.Errorf("check what rejected rows name: %w", err)
		}
		faults = append(faults, missing...)
	}
	for _, f := range faults {
		if err := s.fault(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// alsoStaged returns the condition that a value is no key of a record staged for the same table.
func (s *Stage) alsoStaged(r sqlite.Reference, value string) string {
	if r.Table != s.table.Name {
		return ""
	}
	return fmt.Sprintf(`AND NOT EXISTS (SELECT 1 FROM stage.%s o WHERE o.%s = %s)`, sqlite.Quote(r.Table), sqlite.Quote(r.Key), value)
}

// missingName says that there is no row of a name; rejected tells that there is one in the package, with faults.
func missingName(r sqlite.Reference, value string, rejected bool) string {
	message := fmt.Sprintf("expected the %s of a row of %s, found %q", r.Key, r.Table, value)
	if rejected {
		message += ", whose own row is faulty"
	}
	return message
}

// rememberDropped keeps the keys of staged records that are about to be dropped, so that who names them is told why.
func (s *Stage) rememberDropped(ctx context.Context) error {
	_, err := sqlite.Run(ctx, s.draft.conn, fmt.Sprintf(`INSERT INTO stage.rejected SELECT ?, %s, _record, _line, 1 FROM stage.%s s
		WHERE _record IN (SELECT record FROM stage.faults WHERE table_name = ?)`, s.keyText("s."), sqlite.Quote(s.table.Name)),
		s.table.Name, s.table.Name)
	if err != nil {
		return fmt.Errorf("keep rejected rows: %w", err)
	}
	return nil
}
