package build

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// Merge checks the staged records against each other and against what the draft holds, and takes the good ones into the
// draft. It gives what became of every record. The faults it finds are in Draft.Faults.
func (s *Stage) Merge(ctx context.Context) (labour.ImportCounts, error) {
	if err := s.flush(ctx); err != nil {
		return s.counts, err
	}
	if s.direct != nil {
		if done, err := s.isDone(ctx); done || err != nil {
			return s.counts, err
		}
		if err := s.putBack(ctx); err != nil {
			return s.counts, err
		}
	}
	s.rows.Close()
	if err := s.checkRejected(ctx); err != nil {
		return s.counts, err
	}
	for again := true; again; {
		var err error
		if again, err = s.checkReferences(ctx); err != nil {
			return s.counts, err
		}
	}
	if err := s.checkUnmasked(ctx); err != nil {
		return s.counts, err
	}
	if err := s.price(ctx); err != nil {
		return s.counts, err
	}
	if s.table.Name == "region_parents" {
		if err := s.checkMemberships(ctx); err != nil {
			return s.counts, err
		}
	}
	if err := s.stays(ctx); err != nil {
		return s.counts, err
	}
	if err := s.merge(ctx); err != nil {
		return s.counts, err
	}
	if check, ok := oddities[s.table.Name]; ok {
		before := s.counts.Warnings
		if err := s.warn(ctx, check); err != nil {
			return s.counts, err
		}
		if s.table.Name == "permits" && s.counts.Warnings > before {
			if err := s.seeMoved(ctx); err != nil {
				return s.counts, err
			}
		}
	}
	return s.counts, s.commit(ctx)
}

// commit ends the taking in of a table.
func (s *Stage) commit(ctx context.Context) error {
	if _, err := sqlite.Run(ctx, s.draft.conn, "COMMIT"); err != nil {
		return fmt.Errorf("merge %s: %w", s.table.Name, err)
	}
	s.draft.counts = append(s.draft.counts, s.counts)
	return nil
}

// checkReferences rejects records that name something the draft does not hold, each with all that it names so. A record may
// name another of its own table that is staged with it; where one of these was rejected, it has to be run again.
func (s *Stage) checkReferences(ctx context.Context) (again bool, err error) {
	var faults []Fault
	for i, r := range s.table.References {
		mixed, err := s.checkMarks(ctx, r)
		if err != nil {
			return false, err
		}
		found, err := s.allFound(ctx, r, s.named[i])
		if err != nil {
			return false, err
		}
		if found {
			faults = append(faults, mixed...)
			continue
		}
		staged := s.alsoStaged(r, "s."+sqlite.Quote(r.Column))
		missing, err := sqlite.Collect(ctx, s.draft.conn, func(rows *sql.Rows) (f Fault, err error) {
			var value string
			var rejected bool
			err = rows.Scan(&value, &f.Record, &rejected)
			f.Column, f.Message = r.Column, missingName(r, value, rejected)
			return f, err
		}, fmt.Sprintf(`SELECT s.%[1]s, s._record, EXISTS (SELECT 1 FROM stage.rejected o WHERE o.table_name = ? AND o.key = s.%[1]s)
			FROM stage.%[2]s s WHERE s.%[1]s <> ''
			AND NOT EXISTS (SELECT 1 FROM main.%[3]s o WHERE o.%[4]s = s.%[1]s) %[5]s ORDER BY s._record`,
			sqlite.Quote(r.Column), sqlite.Quote(s.table.Name), sqlite.Quote(r.Table), sqlite.Quote(r.Key), staged), r.Table)
		if err != nil {
			return false, fmt.Errorf("check the references of %s: %w", s.table.Name, err)
		}
		again = again || staged != "" && len(missing) > 0
		faults = append(append(faults, missing...), mixed...)
	}
	if s.table.Name == "sanctions" {
		unknown, err := s.checkNationalities(ctx)
		if err != nil {
			return false, err
		}
		faults = append(faults, unknown...)
	}
	if s.table.Name == "repatriations" {
		unknown, err := s.checkOutcomes(ctx)
		if err != nil {
			return false, err
		}
		faults = append(faults, unknown...)
	}
	return again, s.drop(ctx, faults)
}

// allFound reports whether the draft is sure to hold everything that records name by a reference. Where it is not,
// the records themselves have to be gone through.
func (s *Stage) allFound(ctx context.Context, r sqlite.Reference, n named) (bool, error) {
	if n.values == nil {
		return false, nil
	}
	if len(n.values) == 0 {
		return true, nil
	}
	// All in one statement, which is a tenth of the work of one for each.
	values, err := json.Marshal(slices.Collect(maps.Keys(n.values)))
	if err != nil {
		return false, fmt.Errorf("check the references of %s: %w", s.table.Name, err)
	}
	missing, err := sqlite.Single[bool](ctx, s.draft.conn, fmt.Sprintf(`SELECT EXISTS (SELECT 1 FROM json_each(?) n
		WHERE NOT EXISTS (SELECT 1 FROM main.%s WHERE %s = n.value))`, sqlite.Quote(r.Table), sqlite.Quote(r.Key)), string(values))
	if err != nil {
		return false, fmt.Errorf("check the references of %s: %w", s.table.Name, err)
	}
	return !missing, nil
}

// checkNationalities finds sanctions on nationalities that are no country of the draft: their list is one value to the
// schema, and so no reference.
func (s *Stage) checkNationalities(ctx context.Context) ([]Fault, error) {
	countries, err := sqlite.Collect(ctx, s.draft.conn, func(rows *sql.Rows) (code string, err error) {
		return code, rows.Scan(&code)
	},
		`SELECT code FROM main.countries ORDER BY code`)
	if err != nil {
		return nil, fmt.Errorf("check the nationalities of sanctions: %w", err)
	}
	var faults []Fault
	err = sqlite.Each(ctx, s.draft.conn, func(rows *sql.Rows) error {
		var record int64
		var codes string
		if err := rows.Scan(&record, &codes); err != nil {
			return err
		}
		for code := range strings.SplitSeq(codes, ";") {
			if _, known := slices.BinarySearch(countries, code); !known {
				faults = append(faults,
					Fault{record, "nationalities",
						fmt.Sprintf("expected the code of a row of countries, found %q", code)})
			}
		}
		return nil
	}, `SELECT _record, nationalities FROM stage.sanctions ORDER BY _record`)
	if err != nil {
		return nil, fmt.Errorf("check the nationalities of sanctions: %w", err)
	}
	return faults, nil
}

// checkMarks finds synthetic records that name a row which is not: nothing made up is attached to anything real.
// Where there is no such row at all, no record is looked at.
func (s *Stage) checkMarks(ctx context.Context, r sqlite.Reference) ([]Fault, error) {
	if s.table.Index(syntheticColumn) < 0 || s.draft.tables[r.Table].Index(syntheticColumn) < 0 ||
		r.Table == "permits" && s.draft.madeUp {
		return nil, nil
	}
	mixed, err := sqlite.Collect(ctx, s.draft.conn, func(rows *sql.Rows) (f Fault, err error) {
		var value string
		err = rows.Scan(&value, &f.Record)
		f.Column, f.Message = r.Column, fmt.Sprintf("expected a synthetic row of %s, since this row is synthetic, found %q, which is not", r.Table, value)
		return f, err
	}, fmt.Sprintf(`SELECT s.%[1]s, s._record FROM stage.%[2]s s JOIN main.%[3]s o ON o.%[4]s = s.%[1]s WHERE s.synthetic AND NOT o.synthetic
			AND EXISTS (SELECT 1 FROM main.%[3]s WHERE NOT synthetic) ORDER BY s._record`,
		sqlite.Quote(r.Column), sqlite.Quote(s.table.Name), sqlite.Quote(r.Table), sqlite.Quote(r.Key)))
	if err != nil {
		return nil, fmt.Errorf("check the marks of %s: %w", s.table.Name, err)
	}
	return mixed, nil
}

// checkUnmasked rejects records that would make a synthetic row of the draft a real one: made-up rows may name it.
func (s *Stage) checkUnmasked(ctx context.Context) error {
	if s.table.Index(syntheticColumn) < 0 {
		return nil
	}
	on := strings.Join(sqlite.Compare(s.table.Names("m.", sqlite.IsKey), s.table.Names("s.", sqlite.IsKey), "="),
		" AND ")
	unmasked, err := sqlite.Collect(ctx, s.draft.conn, func(rows *sql.Rows) (f Fault, err error) {
		f.Column, f.Message = syntheticColumn, "expected an id that no synthetic row has, found one that the release holds as synthetic"
		return f, rows.Scan(&f.Record)
	}, fmt.Sprintf(`SELECT s._record FROM stage.%s s JOIN main.%[1]s m ON %s WHERE m.synthetic AND NOT s.synthetic ORDER BY s._record`, sqlite.Quote(s.table.Name), on))
	if err != nil {
		return fmt.Errorf("check the marks of %s: %w", s.table.Name, err)
	}
	return s.drop(ctx, unmasked)
}

// syntheticColumn marks the rows that a program has made up.
const syntheticColumn = "synthetic"

// drop takes staged records out again, with their faults. A record counts as rejected once, however many faults it has.
func (s *Stage) drop(ctx context.Context, faults []Fault) error {
	for _, f := range faults {
		if err := s.fault(ctx, f); err != nil {
			return err
		}
	}
	if len(faults) == 0 {
		return nil
	}
	if err := s.rememberDropped(ctx); err != nil {
		return err
	}
	s.dropped = true
	dropped, err := sqlite.Run(ctx, s.draft.conn,
		fmt.Sprintf(`DELETE FROM stage.%s WHERE _record IN (SELECT record FROM stage.faults WHERE table_name = ?)`,
			sqlite.Quote(s.table.Name)), s.table.Name)
	if err != nil {
		return fmt.Errorf("reject records of %s: %w", s.table.Name, err)
	}
	s.counts.Rejected += dropped
	return nil
}

// checkMemberships rejects memberships that overlap another of the same region, or close a circle on any day. It adds
// them one by one, in their order, to those that stay as they are.
func (s *Stage) checkMemberships(ctx context.Context) error {
	kept, err := sqlite.Collect(ctx, s.draft.conn, sqlite.ScanMembership, `SELECT code, parent_code, valid_from, valid_to FROM main.region_parents m
		WHERE NOT EXISTS (SELECT 1 FROM stage.region_parents s WHERE s.code = m.code AND s.parent_code = m.parent_code AND s.valid_from = m.valid_from)`)
	if err != nil {
		return fmt.Errorf("check the parents of regions: %w", err)
	}
	var records []int64
	staged, err := sqlite.Collect(ctx, s.draft.conn, func(rows *sql.Rows) (labour.Membership, error) {
		var record int64
		m, err := sqlite.ScanMembershipAnd(rows, &record)
		records = append(records, record)
		return m, err
	}, `SELECT code, parent_code, valid_from, valid_to, _record FROM stage.region_parents ORDER BY _record`)
	if err != nil {
		return fmt.Errorf("check the parents of regions: %w", err)
	}
	var faults []Fault
	for i, m := range staged {
		if problem := labour.CheckMembership(kept, m); problem != "" {
			faults = append(faults, Fault{records[i], "parent_code", problem})
			continue
		}
		kept = append(kept, m)
	}
	return s.drop(ctx, faults)
}

// merge moves the staged rows into the draft and counts what they were there.
func (s *Stage) merge(ctx context.Context) error {
	name, d := sqlite.Quote(s.table.Name), s.draft
	empty, err := d.isEmpty(ctx, s.table.Name)
	if err != nil {
		return err
	}
	writable := s.table.Names("", sqlite.AnyColumn)
	if empty {
		if err := d.deferIndexes(ctx, s.table.Name); err != nil {
			return err
		}
		if s.years != nil && !s.dropped {
			d.years = s.years.tally
		}
		s.counts.Inserted, err = sqlite.Run(ctx, d.conn,
			fmt.Sprintf(`INSERT INTO main.%s (%s) SELECT %[2]s FROM stage.%[1]s ORDER BY %s`,
				name, strings.Join(writable, ", "), strings.Join(s.table.Names("", sqlite.IsKey), ", ")))
		if err != nil {
			return fmt.Errorf("merge %s: %w", s.table.Name, err)
		}
		return nil
	}
	on := strings.Join(sqlite.Compare(s.table.Names("m.", sqlite.IsKey), s.table.Names("s.", sqlite.IsKey), "="),
		" AND ")
	same := strings.Join(sqlite.Compare(s.table.Names("m.", sqlite.AnyColumn), s.table.Names("s.", sqlite.AnyColumn),
		"IS"), " AND ")
	if s.counts.Unchanged, err = sqlite.Run(ctx, d.conn, fmt.Sprintf(
		`DELETE FROM stage.%s AS s WHERE EXISTS (SELECT 1 FROM main.%[1]s m WHERE %s AND %s)`, name, on, same)); err != nil {
		return fmt.Errorf("merge %s: %w", s.table.Name, err)
	}
	if s.counts.Replaced, err = sqlite.Single[int64](ctx, d.conn, fmt.Sprintf(
		`SELECT COUNT(*) FROM stage.%s s JOIN main.%[1]s m ON %s`, name, on)); err != nil {
		return fmt.Errorf("merge %s: %w", s.table.Name, err)
	}
	written, err := sqlite.Run(ctx, d.conn,
		fmt.Sprintf(`INSERT OR REPLACE INTO main.%s (%s) SELECT %[2]s FROM stage.%[1]s`, name,
			strings.Join(writable, ", ")))
	if err != nil {
		return fmt.Errorf("merge %s: %w", s.table.Name, err)
	}
	s.counts.Inserted = written - s.counts.Replaced
	return nil
}

// deferIndexes drops the indexes of an empty table: filling them at the end, in order, costs a fraction.
func (d *Draft) deferIndexes(ctx context.Context, table string) error {
	indexes, err := sqlite.Collect(ctx, d.conn, func(rows *sql.Rows) (pair [2]string, err error) {
		return pair, rows.Scan(&pair[0], &pair[1])
	}, `SELECT name, sql FROM main.sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?`, table)
	if err != nil {
		return fmt.Errorf("list the indexes of %s: %w", table, err)
	}
	for _, index := range indexes {
		if _, err := sqlite.Run(ctx, d.conn, `DROP INDEX main.`+sqlite.Quote(index[0])); err != nil {
			return fmt.Errorf("drop an index of %s: %w", table, err)
		}
		d.deferred = append(d.deferred, index[1])
	}
	return nil
}

// medians are the median wages of a package by currency, each of some five thousand wages, which costs no sorting of a
// million.
const medians = `
WITH counted AS (
  SELECT wage_currency, COUNT(*) AS wages FROM stage.permits WHERE wage_monthly > 0 GROUP BY wage_currency HAVING COUNT(*) >= 20
), ranked AS (
  SELECT wage_currency, wage_monthly, ROW_NUMBER() OVER (PARTITION BY wage_currency ORDER BY wage_monthly) AS place,
         COUNT(*) OVER (PARTITION BY wage_currency) AS wages
  FROM stage.permits
  WHERE wage_monthly > 0 AND _record % (1 + (SELECT SUM(wages) FROM counted) / 5000) = 0
), medians AS (
  SELECT wage_currency, wage_monthly AS median FROM ranked JOIN counted USING (wage_currency) WHERE place = (ranked.wages + 1) / 2
)`

// oddities find staged records that are possible but odd, once their table is merged. Each gives record, column and
// message.
var oddities = map[string]string{
	// Wages of a week or an hour that were filed as those of a month, found beside the median of their currency.
	"permits": medians + `
SELECT s._record, 'wage_monthly', 'a wage of ' || CASE WHEN s.wage_monthly > m.median THEN 'more than ten times' ELSE 'less than a tenth of' END
       || ' the median, which is ' || format('%.10g', m.median) || ' ' || m.wage_currency || ': ' || format('%.10g', s.wage_monthly)
FROM stage.permits s JOIN medians m ON m.wage_currency = s.wage_currency
WHERE s.wage_monthly > 10 * m.median OR s.wage_monthly > 0 AND s.wage_monthly < m.median / 10`,
	"repatriations": `
SELECT o._record, o.columns, o.message FROM (
  SELECT s._record, k.columns, CASE k.columns
      WHEN 'date' THEN CASE WHEN p.valid_from <> '' AND p.valid_to <> '' AND (s.date < p.valid_from OR s.date > p.ends_on) THEN
        'a repatriation outside its permit''s validity, ' || p.valid_from || ' to ' || p.ends_on || ': ' || s.date END
      WHEN 'region_code' THEN CASE WHEN s.region_code <> p.region_code AND s.region_code <> '' AND p.region_code <> '' THEN
        'another region than its permit''s: ' || s.region_code || ', where permit ' || p.id || ' has ' || p.region_code END
      WHEN 'nationality' THEN CASE WHEN s.nationality <> p.nationality AND s.nationality <> '' AND p.nationality <> '' THEN
        'another nationality than its permit''s: ' || s.nationality || ', where permit ' || p.id || ' has ' || p.nationality END
      ELSE CASE WHEN s.employer_id <> p.employer_id THEN
        'another employer than its permit''s: ' || s.employer_id || ', where permit ' || p.id || ' has ' || p.employer_id END
    END AS message
  FROM stage.repatriations s JOIN main.permits p ON p.id = s.permit_id
  JOIN (SELECT 'date' AS columns UNION ALL SELECT 'region_code' UNION ALL SELECT 'nationality' UNION ALL SELECT 'employer_id') k
  WHERE s.date < p.valid_from OR s.date > p.ends_on OR s.region_code <> p.region_code OR s.nationality <> p.nationality
     OR s.employer_id <> p.employer_id
) o WHERE o.message IS NOT NULL
UNION ALL
SELECT t.record, 'workers', 'more workers repatriated under permit ' || p.id || ' than its ' || p.workers || ': ' || t.workers
FROM (
  SELECT r.permit_id, SUM(r.workers) AS workers, MAX(s._record) AS record
  FROM main.repatriations r
  LEFT JOIN stage.repatriations s ON s.id = r.id
  WHERE r.permit_id IN (SELECT permit_id FROM stage.repatriations)
  GROUP BY r.permit_id
) t
JOIN main.permits p ON p.id = t.permit_id
WHERE t.workers > p.workers AND t.record IS NOT NULL`,
}

func (s *Stage) warn(ctx context.Context, query string) error {
	found, err := sqlite.Run(ctx, s.draft.conn,
		fmt.Sprintf(`INSERT INTO stage.warnings SELECT '%s', * FROM (%s)`, s.table.Name, query))
	if err != nil {
		return fmt.Errorf("look for oddities in %s: %w", s.table.Name, err)
	}
	s.counts.Warnings += found
	return nil
}
