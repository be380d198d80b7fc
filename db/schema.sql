CREATE TABLE boundaries (
  region_code TEXT NOT NULL PRIMARY KEY REFERENCES regions (code),
  geometry    TEXT NOT NULL -- a MultiPolygon of GeoJSON in degrees of WGS 84, simplified
) STRICT, WITHOUT ROWID;

CREATE TABLE claims (
  id           TEXT NOT NULL PRIMARY KEY,
  topic        TEXT NOT NULL,
  statement    TEXT NOT NULL,
  speaker      TEXT NOT NULL,
  speaker_role TEXT,
  made_on      TEXT,
  operator     TEXT,
  value_low    REAL,
  value_high   REAL,
  unit         TEXT,
  "from"       TEXT,
  "to"         TEXT,
  region_code  TEXT REFERENCES regions (code),
  industry     TEXT REFERENCES industries (code),
  nationality  TEXT REFERENCES countries (code),
  measure      TEXT,
  source_id    TEXT NOT NULL REFERENCES sources (id),
  confidence   TEXT,
  note         TEXT
, repeats      TEXT REFERENCES claims (id), disputes     TEXT REFERENCES claims (id), per          TEXT, compare_with TEXT REFERENCES indicators (code), wage_basis   TEXT) STRICT, WITHOUT ROWID;

CREATE TABLE countries (
  code TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE coverage (
  source_id    TEXT NOT NULL REFERENCES sources (id),
  "table"      TEXT NOT NULL,
  region_code  TEXT NOT NULL REFERENCES regions (code),
  nationality  TEXT NOT NULL REFERENCES countries (code), -- '' is all
  "from"       TEXT NOT NULL,
  "to"         TEXT NOT NULL,
  completeness TEXT NOT NULL,
  PRIMARY KEY (source_id, "table", region_code, nationality, "from")
) STRICT, WITHOUT ROWID;

CREATE TABLE departures_by_cell (region_code TEXT, synthetic INTEGER, nationality TEXT, industry TEXT, source_id TEXT, outcome TEXT, month TEXT NOT NULL, workers INTEGER NOT NULL);

CREATE INDEX departures_by_cell_by_region ON departures_by_cell (region_code, month);

CREATE TABLE departures_by_day (region_code TEXT, synthetic INTEGER, nationality TEXT, industry TEXT, source_id TEXT, outcome TEXT, year INTEGER NOT NULL, flows BLOB NOT NULL);

CREATE INDEX departures_by_day_by_region ON departures_by_day (region_code, year);

CREATE VIEW departures_by_employer AS SELECT c.region_code, c.synthetic, c.nationality, c.industry, c.source_id, c.outcome, f.employer_id, f.year, f.flows FROM employer_departures AS f CROSS JOIN register_cells AS c WHERE c.id = f.cell;

CREATE TABLE departures_by_nationality(
  nationality TEXT,
  synthetic INT,
  outcome TEXT,
  month TEXT,
  workers
);

CREATE INDEX departures_by_nationality_by_nationality ON departures_by_nationality (nationality, month);

CREATE TABLE departures_by_region(
  region_code TEXT,
  synthetic INT,
  outcome TEXT,
  month TEXT,
  workers
);

CREATE INDEX departures_by_region_by_region ON departures_by_region (region_code, month);

CREATE TABLE employer_departures (employer_id TEXT NOT NULL, cell INTEGER NOT NULL, year INTEGER NOT NULL, flows BLOB NOT NULL, PRIMARY KEY (employer_id, cell, year)) STRICT, WITHOUT ROWID;

CREATE TABLE employer_issues (employer_id TEXT NOT NULL, cell INTEGER NOT NULL, year INTEGER NOT NULL, flows BLOB NOT NULL, PRIMARY KEY (employer_id, cell, year)) STRICT, WITHOUT ROWID;

CREATE TABLE employer_names (id TEXT PRIMARY KEY, search TEXT NOT NULL, sort TEXT NOT NULL, workers INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE INDEX employer_names_by_sort ON employer_names (sort, id);

CREATE INDEX employer_names_by_workers ON employer_names (workers, id);

CREATE TABLE employer_stock (employer_id TEXT NOT NULL, cell INTEGER NOT NULL, year INTEGER NOT NULL, until INTEGER NOT NULL, changes BLOB NOT NULL, PRIMARY KEY (employer_id, cell, year)) STRICT, WITHOUT ROWID;

CREATE TABLE employer_sums (employer_id TEXT NOT NULL, region_code TEXT NOT NULL, synthetic INTEGER NOT NULL, sums BLOB NOT NULL, PRIMARY KEY (employer_id, region_code, synthetic)) STRICT, WITHOUT ROWID;

CREATE TABLE employers (
  id          TEXT NOT NULL PRIMARY KEY,
  name        TEXT NOT NULL,
  region_code TEXT NOT NULL REFERENCES regions (code),
  industry    TEXT REFERENCES industries (code),
  tax_id      TEXT,
  source_id   TEXT NOT NULL REFERENCES sources (id),
  synthetic   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE exchange_rates (
  currency TEXT NOT NULL,
  year     TEXT NOT NULL,
  rate     REAL NOT NULL,
  PRIMARY KEY (currency, year)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE gates (
  name       TEXT NOT NULL PRIMARY KEY,
  table_name TEXT NOT NULL,
  at_least   REAL,
  at_most    REAL,
  found      REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE imports (
  table_name TEXT NOT NULL PRIMARY KEY,
  read       INTEGER NOT NULL,
  inserted   INTEGER NOT NULL,
  replaced   INTEGER NOT NULL,
  unchanged  INTEGER NOT NULL,
  rejected   INTEGER NOT NULL,
  warnings   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE indicators (
  code       TEXT NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  unit       TEXT NOT NULL,
  definition TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE industries (
  code       TEXT NOT NULL PRIMARY KEY,
  name_en    TEXT NOT NULL,
  name_local TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE issues_by_cell (region_code TEXT, synthetic INTEGER, nationality TEXT, industry TEXT, source_id TEXT, month TEXT NOT NULL, permits INTEGER NOT NULL, workers INTEGER NOT NULL, wage_total REAL, wage_workers INTEGER, unpriced INTEGER NOT NULL);

CREATE INDEX issues_by_cell_by_region ON issues_by_cell (region_code, month);

CREATE TABLE issues_by_day (region_code TEXT, synthetic INTEGER, nationality TEXT, industry TEXT, source_id TEXT, year INTEGER NOT NULL, flows BLOB NOT NULL);

CREATE INDEX issues_by_day_by_region ON issues_by_day (region_code, year);

CREATE VIEW issues_by_employer AS SELECT c.region_code, c.synthetic, c.nationality, c.industry, c.source_id, f.employer_id, f.year, f.flows FROM employer_issues AS f CROSS JOIN register_cells AS c WHERE c.id = f.cell;

CREATE TABLE issues_by_nationality(
  nationality TEXT,
  synthetic INT,
  month TEXT,
  permits,
  workers,
  wage_total,
  wage_workers,
  unpriced
);

CREATE INDEX issues_by_nationality_by_nationality ON issues_by_nationality (nationality, month);

CREATE TABLE issues_by_region(
  region_code TEXT,
  synthetic INT,
  month TEXT,
  permits,
  workers,
  wage_total,
  wage_workers,
  unpriced
);

CREATE INDEX issues_by_region_by_region ON issues_by_region (region_code, month);

CREATE TABLE masked (
  k       INTEGER NOT NULL,
  largest INTEGER NOT NULL
) STRICT;

CREATE TABLE member_state_reports (
  country_code TEXT NOT NULL REFERENCES countries (code),
  symbol       TEXT NOT NULL,
  kind         TEXT NOT NULL,
  due_on       TEXT,
  submitted_on TEXT NOT NULL, -- '' is unknown
  un_document  TEXT,
  baseline     REAL,
  baseline_on  TEXT,
  repatriated  REAL,
  remaining    REAL,
  as_of        TEXT NOT NULL, -- '' is unknown
  text         TEXT,
  confidence   TEXT,
  source_id    TEXT NOT NULL REFERENCES sources (id),
  note         TEXT,
  PRIMARY KEY (country_code, symbol, kind, submitted_on, as_of, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE obligations (
  symbol               TEXT NOT NULL REFERENCES sanctions (symbol),
  paragraph            TEXT,
  kind                 TEXT NOT NULL,
  applies_from         TEXT NOT NULL,
  deadline             TEXT,
  half_way_on          TEXT,
  grandfathered_before TEXT,
  exemptions           TEXT,
  text                 TEXT NOT NULL,
  source_id            TEXT NOT NULL REFERENCES sources (id),
  PRIMARY KEY (symbol, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE observations (
  indicator   TEXT NOT NULL REFERENCES indicators (code),
  region_code TEXT NOT NULL REFERENCES regions (code),
  industry    TEXT NOT NULL REFERENCES industries (code),
  nationality TEXT NOT NULL REFERENCES countries (code),
  "from"      TEXT NOT NULL,
  "to"        TEXT NOT NULL,
  value       REAL NOT NULL,
  unit        TEXT NOT NULL,
  status      TEXT NOT NULL,
  source_id   TEXT NOT NULL REFERENCES sources (id),
  confidence  TEXT,
  note        TEXT, qualifier  TEXT, value_high REAL,
  PRIMARY KEY (indicator, region_code, industry, nationality, "from", "to", source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE outcomes (
  code         TEXT NOT NULL PRIMARY KEY,
  label        TEXT NOT NULL,
  base_outcome TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE parameters (
  name         TEXT NOT NULL,
  region_code  TEXT NOT NULL REFERENCES regions (code),
  industry     TEXT NOT NULL REFERENCES industries (code),
  nationality  TEXT NOT NULL REFERENCES countries (code),
  "from"       TEXT NOT NULL,
  "to"         TEXT NOT NULL,
  low          REAL NOT NULL,
  central      REAL NOT NULL,
  high         REAL NOT NULL,
  distribution TEXT NOT NULL,
  unit         TEXT NOT NULL,
  kind         TEXT NOT NULL,
  source_id    TEXT NOT NULL REFERENCES sources (id),
  citation     TEXT NOT NULL,
  note         TEXT,
  PRIMARY KEY (name, region_code, industry, nationality, "from", "to")
) STRICT, WITHOUT ROWID;

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

CREATE TABLE permit_masks (
  id           TEXT NOT NULL PRIMARY KEY,
  permits      INTEGER NOT NULL,
  workers      INTEGER NOT NULL,
  wage_monthly REAL
) STRICT, WITHOUT ROWID;

CREATE TABLE permits (
  id            TEXT    NOT NULL PRIMARY KEY,
  number        TEXT    NOT NULL,
  employer_id   TEXT    REFERENCES employers (id),
  region_code   TEXT    NOT NULL REFERENCES regions (code),
  nationality   TEXT    NOT NULL REFERENCES countries (code),
  industry      TEXT    REFERENCES industries (code),
  occupation    TEXT,
  workers       INTEGER NOT NULL,
  issued_on     TEXT    NOT NULL,
  valid_from    TEXT    NOT NULL,
  valid_to      TEXT    NOT NULL,
  revoked_on    TEXT,
  wage_monthly  REAL,
  wage_currency TEXT,
  source_id     TEXT    NOT NULL REFERENCES sources (id),
  synthetic     INTEGER NOT NULL,
  -- The last day in force: the earlier of valid_to and the day before revoked_on.
  ends_on TEXT GENERATED ALWAYS AS (CASE WHEN revoked_on <= valid_to THEN date(revoked_on, '-1 day') ELSE valid_to END) VIRTUAL
, contract_on TEXT, precision                 TEXT, wage                      REAL, wage_unit                 TEXT, hours_per_week            REAL, industry_code             TEXT, industry_classification   TEXT, occupation_code           TEXT, occupation_classification TEXT) STRICT, WITHOUT ROWID;

CREATE INDEX permits_by_employer   ON permits (employer_id, issued_on, workers);

CREATE INDEX permits_by_issued_on ON permits (issued_on, id, valid_to);

CREATE INDEX permits_by_number     ON permits (number);

CREATE INDEX permits_by_region     ON permits (region_code, issued_on);

CREATE INDEX permits_by_valid_from ON permits (valid_from);

CREATE INDEX permits_by_valid_to   ON permits (valid_to);

CREATE INDEX permits_by_workers    ON permits (workers);

CREATE TABLE region_parents (
  code        TEXT NOT NULL REFERENCES regions (code),
  parent_code TEXT NOT NULL REFERENCES regions (code),
  valid_from  TEXT NOT NULL, -- '' is open
  valid_to    TEXT,
  PRIMARY KEY (code, parent_code, valid_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE regions (
  code       TEXT NOT NULL PRIMARY KEY,
  name_en    TEXT NOT NULL,
  name_local TEXT,
  kind       TEXT NOT NULL
, currency                  TEXT) STRICT, WITHOUT ROWID;

CREATE TABLE register_cells (id INTEGER PRIMARY KEY, region_code TEXT, nationality TEXT, industry TEXT, outcome TEXT, source_id TEXT, synthetic INTEGER);

CREATE TABLE register_days (facts TEXT NOT NULL, cell INTEGER NOT NULL, held INTEGER NOT NULL, year INTEGER NOT NULL, until INTEGER NOT NULL, days BLOB NOT NULL, owners BLOB NOT NULL);

CREATE INDEX register_days_by_year ON register_days (facts, year, cell);

CREATE TABLE register_spans (
  facts TEXT NOT NULL, cell INTEGER NOT NULL, held INTEGER NOT NULL, year INTEGER NOT NULL, until INTEGER NOT NULL,
  n_rows INTEGER NOT NULL, n_held INTEGER NOT NULL, workers INTEGER NOT NULL, -- days are counted from 1970-01-01
  first_day INTEGER NOT NULL, last_day INTEGER NOT NULL, first_from INTEGER NOT NULL, last_from INTEGER NOT NULL,
  first_to INTEGER NOT NULL, last_to INTEGER NOT NULL,
  days_before INTEGER NOT NULL, days_after INTEGER NOT NULL, days_held INTEGER NOT NULL);

CREATE TABLE release (
  number         INTEGER NOT NULL,
  content_hash   TEXT    NOT NULL,
  published_at   TEXT    NOT NULL, -- RFC 3339, UTC
  data_from      TEXT,
  data_through   TEXT,
  synthetic      INTEGER NOT NULL, -- whether any register row is
  factual        INTEGER NOT NULL, -- whether any register row is not
  note           TEXT,
  method_version TEXT    NOT NULL,
  counts         TEXT    NOT NULL, -- JSON, rows by table
  derived_hash   TEXT    NOT NULL  -- sha256 over all of the file that is not content, but this
) STRICT;

CREATE VIEW repatriation_facts AS
SELECT r.id, r.region_code, r.nationality,
       COALESCE((SELECT COALESCE(p.industry, (SELECT e.industry FROM employers e WHERE e.id = p.employer_id)) FROM permits p WHERE p.id = r.permit_id),
                (SELECT e.industry FROM employers e WHERE e.id = r.employer_id)) AS industry,
       r.employer_id, r.permit_id, r.date, COALESCE(m.workers, r.workers) AS workers,
       COALESCE((SELECT o.base_outcome FROM outcomes o WHERE o.code = r.outcome), r.outcome) AS outcome,
       r.sanction_symbol, r.source_id, r.synthetic
FROM repatriations r LEFT JOIN repatriation_masks m ON m.id = r.id;

CREATE TABLE repatriation_masks (
  id      TEXT NOT NULL PRIMARY KEY,
  workers INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE repatriations (
  id              TEXT    NOT NULL PRIMARY KEY,
  region_code     TEXT    NOT NULL REFERENCES regions (code),
  nationality     TEXT    NOT NULL REFERENCES countries (code),
  employer_id     TEXT    REFERENCES employers (id),
  permit_id       TEXT    REFERENCES permits (id),
  date            TEXT    NOT NULL,
  workers         INTEGER NOT NULL,
  outcome         TEXT    NOT NULL,
  sanction_symbol TEXT    REFERENCES sanctions (symbol),
  source_id       TEXT    NOT NULL REFERENCES sources (id),
  synthetic       INTEGER NOT NULL
, precision           TEXT) STRICT, WITHOUT ROWID;

CREATE INDEX repatriations_by_date    ON repatriations (date);

CREATE INDEX repatriations_by_permit  ON repatriations (permit_id, date, workers);

CREATE INDEX repatriations_by_region  ON repatriations (region_code, date);

CREATE INDEX repatriations_by_workers ON repatriations (workers);

CREATE TABLE sanctions (
  symbol        TEXT NOT NULL PRIMARY KEY,
  paragraph     TEXT,
  title         TEXT NOT NULL,
  adopted_on    TEXT NOT NULL,
  deadline      TEXT,
  nationalities TEXT NOT NULL, -- codes split by ;
  source_id     TEXT NOT NULL REFERENCES sources (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sources (
  id           TEXT NOT NULL PRIMARY KEY,
  title        TEXT NOT NULL,
  publisher    TEXT NOT NULL,
  url          TEXT,
  published_on TEXT,
  kind         TEXT NOT NULL,
  licence      TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE spans (
  facts TEXT NOT NULL PRIMARY KEY,
  first TEXT NOT NULL,
  last  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE stock_by_cell (region_code TEXT, synthetic INTEGER, nationality TEXT, industry TEXT, source_id TEXT, year INTEGER NOT NULL, until INTEGER NOT NULL, changes BLOB NOT NULL);

CREATE INDEX stock_by_cell_by_region ON stock_by_cell (region_code, year);

CREATE VIEW stock_by_employer AS SELECT c.region_code, c.synthetic, c.nationality, c.industry, c.source_id, f.employer_id, f.year, f.until, f.changes FROM employer_stock AS f CROSS JOIN register_cells AS c WHERE c.id = f.cell;

CREATE TABLE stock_by_nationality (nationality TEXT, synthetic INTEGER, year INTEGER NOT NULL, until INTEGER NOT NULL, changes BLOB NOT NULL);

CREATE INDEX stock_by_nationality_by_nationality ON stock_by_nationality (nationality, year);

CREATE TABLE stock_by_region (region_code TEXT, synthetic INTEGER, year INTEGER NOT NULL, until INTEGER NOT NULL, changes BLOB NOT NULL);

CREATE INDEX stock_by_region_by_region ON stock_by_region (region_code, year);
