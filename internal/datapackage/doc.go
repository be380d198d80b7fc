// Package datapackage reads, checks and writes Homebound's Data Packages: a folder or a .zip with a datapackage.json
// (Frictionless Data Package, tabular) and UTF-8 CSV files, one table each.
//
// It makes every check that one row alone can decide, and knows where in which file a row stands. What needs other
// rows (duplicate keys, references, cycles) is for whoever holds them. Memory does not grow with the files: they are
// read as streams, as often as asked, and a record has the same number each time.
package datapackage
