-- What a statement needs to be judged by, and what no release had before: how far each register reaches, what a sanction
-- asks, what each State reported, and the parameters of the economic model. Columns that are added here stand last, after
-- those that a table had.

-- +goose Up
ALTER TABLE observations ADD COLUMN qualifier  TEXT; -- NULL: the value itself
ALTER TABLE observations ADD COLUMN value_high REAL;

ALTER TABLE claims ADD COLUMN repeats      TEXT REFERENCES claims (id);
ALTER TABLE claims ADD COLUMN disputes     TEXT REFERENCES claims (id);
ALTER TABLE claims ADD COLUMN per          TEXT;
ALTER TABLE claims ADD COLUMN compare_with TEXT REFERENCES indicators (code);
ALTER TABLE claims ADD COLUMN wage_basis   TEXT;

ALTER TABLE permits ADD COLUMN contract_on TEXT;

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

-- A State may report under a resolution that is none of the sanctions here.
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
