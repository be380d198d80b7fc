-- A permit as registers have it: days known to a month, a quarter or a year, wages of other times than a month, codes of
-- the publisher's own classifications and outcomes of its own. What a register does not know of a permit (its region, its
-- nationality, its days) is '', as it is in a key, so that lists sorted by it have an order; nothing else changes there.

-- +goose Up

-- Which days of the row are known only to a month, a quarter or a year: issued_on=MONTH;valid_to=YEAR. The day itself is
-- the first or the last of that span, by which it is counted.
ALTER TABLE permits ADD COLUMN precision                 TEXT;
ALTER TABLE permits ADD COLUMN wage                      REAL; -- of wage_unit; wage_monthly is made of it where it can be
ALTER TABLE permits ADD COLUMN wage_unit                 TEXT;
ALTER TABLE permits ADD COLUMN hours_per_week            REAL;
ALTER TABLE permits ADD COLUMN industry_code             TEXT;
ALTER TABLE permits ADD COLUMN industry_classification   TEXT;
ALTER TABLE permits ADD COLUMN occupation_code           TEXT;
ALTER TABLE permits ADD COLUMN occupation_classification TEXT;
ALTER TABLE repatriations ADD COLUMN precision           TEXT;
ALTER TABLE regions ADD COLUMN currency                  TEXT; -- NULL: that of the region around it, else of its country

-- How workers left, in the publisher's own words. repatriations.outcome is a base outcome, or a code of this table.
CREATE TABLE outcomes (
  code         TEXT NOT NULL PRIMARY KEY,
  label        TEXT NOT NULL,
  base_outcome TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How many rows of the register lack something that a measure counts by, or know it roughly.
CREATE TABLE gaps (
  facts       TEXT    NOT NULL,
  gap         TEXT    NOT NULL,
  region_code TEXT    NOT NULL, -- '' is unknown
  nationality TEXT    NOT NULL,
  synthetic   INTEGER NOT NULL,
  source_id   TEXT    NOT NULL,
  n_rows      INTEGER NOT NULL,
  PRIMARY KEY (facts, gap, region_code, nationality, synthetic, source_id)
) STRICT, WITHOUT ROWID;

DROP VIEW repatriation_facts;
DROP VIEW permit_facts;

-- A permit without a first day of validity is in force on no day.
CREATE VIEW permit_facts AS
SELECT p.id, p.region_code, p.nationality,
       COALESCE(p.industry, (SELECT e.industry FROM employers e WHERE e.id = p.employer_id)) AS industry, p.employer_id,
       p.number, COALESCE(m.permits, 1) AS permits, COALESCE(m.workers, p.workers) AS workers,
       p.issued_on, p.valid_from, p.valid_to, p.revoked_on, CASE WHEN p.valid_from = '' THEN '' ELSE p.ends_on END AS ends_on,
       COALESCE(m.wage_monthly, p.wage_monthly) AS wage_monthly,
       COALESCE(m.wage_monthly, p.wage_monthly)
         * (SELECT x.rate FROM exchange_rates x WHERE x.currency = p.wage_currency AND x.year = substr(p.issued_on, 1, 4)) AS wage,
       p.wage_currency, p.occupation, p.source_id, p.synthetic
FROM permits p LEFT JOIN permit_masks m ON m.id = p.id;

CREATE VIEW repatriation_facts AS
SELECT r.id, r.region_code, r.nationality,
       COALESCE((SELECT COALESCE(p.industry, (SELECT e.industry FROM employers e WHERE e.id = p.employer_id)) FROM permits p WHERE p.id = r.permit_id),
                (SELECT e.industry FROM employers e WHERE e.id = r.employer_id)) AS industry,
       r.employer_id, r.permit_id, r.date, COALESCE(m.workers, r.workers) AS workers,
       COALESCE((SELECT o.base_outcome FROM outcomes o WHERE o.code = r.outcome), r.outcome) AS outcome,
       r.sanction_symbol, r.source_id, r.synthetic
FROM repatriations r LEFT JOIN repatriation_masks m ON m.id = r.id;
