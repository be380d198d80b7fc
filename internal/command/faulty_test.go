package command_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"homebound/internal/command"
	"homebound/internal/testsize"
)

var update = flag.Bool("update", false, "write what is found into testdata/faulty")

// TestCheck_OfFaultyPackagesSaysWhatToDo checks the packages of testdata/faulty, each with a mistake that somebody makes
// who sends data, and compares all that is printed. A package is _good.txtar with the files of its own in the place of
// those of the same name; an empty one takes a file away. A name may end with the form that the file is written in:
// @cp1251, @utf16, @latin1, @gz; @zip packs the whole into a file of that name.
func TestCheck_OfFaultyPackagesSaysWhatToDo(t *testing.T) {
	testsize.Long(t)
	good, err := txtar.ParseFile(filepath.Join("testdata", "faulty", "_good.txtar"))
	require.NoError(t, err)
	cases, err := filepath.Glob(filepath.Join("testdata", "faulty", "[^_]*.txtar"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(cases), 80)
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			c, err := txtar.ParseFile(name)
			require.NoError(t, err)
			dir := filepath.Join(t.TempDir(), "package")
			writePackage(t, dir, good.Files)
			writePackage(t, dir, c.Files)
			found := checkPackage(t, dir, string(c.Comment))
			at := slices.IndexFunc(c.Files, func(f txtar.File) bool { return f.Name == "want" })
			if *update {
				if at >= 0 {
					c.Files = slices.Delete(c.Files, at, at+1)
				}
				c.Files = append(c.Files, txtar.File{Name: "want", Data: []byte(found)})
				require.NoError(t, os.WriteFile(name, txtar.Format(c), 0o644))
				return
			}
			require.GreaterOrEqual(t, at, 0, "run it with -update, and read what it wrote")
			assert.Equal(t, string(c.Files[at].Data), found)
		})
	}
}

// checkPackage returns what a check prints, and its status. The first line of a case may end with flags: "... [--mode
// replace]".
func checkPackage(t *testing.T, dir, comment string) string {
	t.Helper()
	args := []string{"check", "--data", filepath.Join(t.TempDir(), "data")}
	line, _, _ := strings.Cut(comment, "\n")
	if _, flags, given := strings.Cut(line, " ["); given {
		args = append(args, strings.Fields(strings.TrimSuffix(flags, "]"))...)
	}
	var out bytes.Buffer
	session := &command.Session{Context: t.Context(), Stdout: &out, Stderr: &out,
		Now: func() time.Time { return time.Date(2018, time.September, 1, 9, 0, 0, 0, time.UTC) }}
	status := command.Run(session, append(args, dir))
	lines := strings.Split(strings.ReplaceAll(out.String(), filepath.Dir(dir)+"/", ""), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + fmt.Sprintf("status %d\n", status)
}

func writePackage(t *testing.T, dir string, all []txtar.File) {
	t.Helper()
	for _, f := range all {
		name, form, _ := strings.Cut(f.Name, "@")
		path := filepath.Join(dir, name)
		if f.Name == "want" {
			continue
		}
		if len(f.Data) == 0 {
			require.NoError(t, os.Remove(path))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, inForm(t, f.Data, form), 0o644))
	}
}

func inForm(t *testing.T, text []byte, form string) []byte {
	t.Helper()
	var err error
	switch form {
	case "cp1251":
		text, err = charmap.Windows1251.NewEncoder().Bytes(text)
	case "latin1":
		text, err = charmap.ISO8859_1.NewEncoder().Bytes(text)
	case "utf16":
		text, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(text)
	case "crlf":
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	case "gz":
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, err = w.Write(text)
		require.NoError(t, w.Close())
		text = out.Bytes()
	case "cut": // a byte in the middle of a letter
		text = text[:len(text)-2]
	case "zip":
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		entry, failed := w.Create("inner.csv")
		require.NoError(t, failed)
		_, err = entry.Write(text)
		require.NoError(t, w.Close())
		text = out.Bytes()
	}
	require.NoError(t, err)
	return text
}
