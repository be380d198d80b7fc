-- Real rows are masked where a release is confidential (docs/PRIVACY.md). The masks are made when a release is published,
-- and reports read them through the views: whoever writes a new report is safe without thinking of it. The true rows are
-- in permits and repatriations, for the lists alone.

-- +goose Up

CREATE TABLE permit_masks (
  id           TEXT NOT NULL PRIMARY KEY,
  permits      INTEGER NOT NULL,
  workers      INTEGER NOT NULL,
  wage_monthly REAL
) STRICT, WITHOUT ROWID;

CREATE TABLE repatriation_masks (
  id      TEXT NOT NULL PRIMARY KEY,
  workers INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row where rows are masked: the size that is protected, and the most workers that a row has, as reports see it.
CREATE TABLE masked (
  k       INTEGER NOT NULL,
  largest INTEGER NOT NULL
) STRICT;

DROP VIEW repatriation_facts;
DROP VIEW permit_facts;

CREATE VIEW permit_facts AS
SELECT p.id, p.region_code, p.nationality,
       COALESCE(p.industry, (SELECT e.industry FROM employers e WHERE e.id = p.employer_id)) AS industry, p.employer_id,
       p.number, COALESCE(m.permits, 1) AS permits, COALESCE(m.workers, p.workers) AS workers,
       p.issued_on, p.valid_from, p.valid_to, p.revoked_on, p.ends_on, COALESCE(m.wage_monthly, p.wage_monthly) AS wage_monthly,
       COALESCE(m.wage_monthly, p.wage_monthly)
         * (SELECT x.rate FROM exchange_rates x WHERE x.currency = p.wage_currency AND x.year = substr(p.issued_on, 1, 4)) AS wage,
       p.wage_currency, p.occupation, p.source_id, p.synthetic
FROM permits p LEFT JOIN permit_masks m ON m.id = p.id;

CREATE VIEW repatriation_facts AS
SELECT r.id, r.region_code, r.nationality,
       COALESCE((SELECT COALESCE(p.industry, (SELECT e.industry FROM employers e WHERE e.id = p.employer_id)) FROM permits p WHERE p.id = r.permit_id),
                (SELECT e.industry FROM employers e WHERE e.id = r.employer_id)) AS industry,
       r.employer_id, r.permit_id, r.date, COALESCE(m.workers, r.workers) AS workers, r.outcome, r.sanction_symbol, r.source_id, r.synthetic
FROM repatriations r LEFT JOIN repatriation_masks m ON m.id = r.id;
