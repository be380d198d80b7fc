-- The outlines of regions, for maps: a package may bring them.

-- +goose Up

CREATE TABLE boundaries (
  region_code TEXT NOT NULL PRIMARY KEY REFERENCES regions (code),
  geometry    TEXT NOT NULL -- a MultiPolygon of GeoJSON in degrees of WGS 84, simplified
) STRICT, WITHOUT ROWID;
