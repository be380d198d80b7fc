-- A page of the permits in force on a day, in the order of issue, passes over those that had ended without reading them.

-- +goose Up

DROP INDEX permits_by_issued_on;
CREATE INDEX permits_by_issued_on ON permits (issued_on, id, valid_to);
