// Package seed holds the real part of the default package: reference tables, published statistics and claims, each row
// with its source. There is no register in it; README.md says what each file is and how solid.
package seed

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io/fs"
)

// The program has the files packed, a tenth of their size: pack.go writes them anew after each edit of one.
//
//go:generate go run pack.go
//go:embed package.zip
var packed []byte

// Files returns the package as a folder: datapackage.json and the CSV files it lists, at its root.
func Files() fs.FS {
	files, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		panic(fmt.Sprintf("seed: %v", err)) // which the tests have looked at
	}
	return files
}
