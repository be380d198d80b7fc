//go:build ignore

// Command pack writes package.zip of the package's files: the same bytes of the same files.
package main

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"log"
	"os"

	"github.com/klauspost/compress/flate"
)

func main() {
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	names, err := fs.Glob(os.DirFS("."), "*.csv")
	for _, name := range append(names, "datapackage.json") {
		var text []byte
		var into io.Writer
		if err == nil {
			text, err = os.ReadFile(name)
		}
		if err == nil {
			into, err = z.Create(name) // of no time
		}
		if err == nil {
			_, err = into.Write(text)
		}
	}
	if err == nil {
		err = z.Close()
	}
	if err == nil {
		err = os.WriteFile("package.zip", packed.Bytes(), 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}
