// Package seed holds the real part of the default package: reference tables, published statistics and claims, each row
// with its source. There is no register in it; README.md says what each file is and how solid.
package seed

import (
	"embed"
	"io/fs"
)

//go:embed datapackage.json *.csv
var files embed.FS

// Files returns the package as a folder: datapackage.json and the CSV files it lists, at its root.
func Files() fs.FS { return files }
