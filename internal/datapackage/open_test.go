package datapackage_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/datapackage"
)

// zipped writes an archive of the files, in a folder of their own where prefix names one, and gives its path.
func zipped(t *testing.T, prefix string, f files) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "package.zip")
	out, err := os.Create(name)
	require.NoError(t, err)
	archive := zip.NewWriter(out)
	for path, text := range f {
		w, err := archive.Create(prefix + path)
		require.NoError(t, err)
		_, err = w.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, out.Close())
	return name
}

func folder(t *testing.T, f files) string {
	t.Helper()
	dir := t.TempDir()
	for path, text := range f {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, path), []byte(text), 0o644))
	}
	return dir
}

func open(t *testing.T, name string) (*datapackage.Package, error) {
	t.Helper()
	p, err := datapackage.Open(t.Context(), name, datapackage.Limits{})
	if err == nil {
		t.Cleanup(func() { assert.NoError(t, p.Close()) })
	}
	return p, err
}

const countriesOnly = `{"resources": [{"path": "countries.csv"}]}`

func twoCountries() files {
	return files{"datapackage.json": countriesOnly, "countries.csv": "code,name\nKP,North Korea\nCN,China\n"}
}

func TestOpen_TheSmallPackageHoldsEachTableAndNoFault(t *testing.T) {
	p, err := open(t, filepath.Join("testdata", "small"))
	require.NoError(t, err)
	require.Len(t, p.Files(), len(datapackage.Tables))
	assert.Empty(t, p.Notices())
	for i, f := range p.Files() {
		assert.Equal(t, datapackage.Tables[i].Name, f.Table().Name)
		rows := mustRead(t, f)
		assert.NotEmpty(t, rows, f.Name())
		for _, r := range rows {
			assert.Empty(t, r.Faults)
			assert.Empty(t, r.Warnings)
		}
		assert.Equal(t, f.Size(), rows[len(rows)-1].Offset, f.Name())
	}
}

func TestOpen_FolderAndArchiveGiveTheSame(t *testing.T) {
	for name, path := range map[string]string{
		"folder":              folder(t, twoCountries()),
		"archive":             zipped(t, "", twoCountries()),
		"archive of a folder": zipped(t, "packed/", twoCountries()),
	} {
		p, err := open(t, path)
		require.NoError(t, err, name)
		rows := mustRead(t, p.Files()[0])
		require.Len(t, rows, 2, name)
		assert.Equal(t, []any{"CN", "China"}, rows[1].Values, name)
		assert.Equal(t, rows, mustRead(t, p.Files()[0]), "%s, read again", name)
		assert.Equal(t, "countries.csv", p.Files()[0].Name(), name)
	}
}

func TestOpen_RefusesWhatIsNoPackage(t *testing.T) {
	dir := folder(t, files{"notes.txt": "no archive", "empty/x": ""})
	for _, c := range []struct{ name, path, want string }{
		{"nothing there", filepath.Join(dir, "none"), "none: the file cannot be read: no such file or directory"},
		{"another file", filepath.Join(dir, "notes.txt"), "notes.txt: expected a folder or a .zip file, found neither"},
		{"folder without a list", filepath.Join(dir, "empty"), "empty: expected a datapackage.json that lists the package's files, found none"},
		{"archive without a list", zipped(t, "", files{"countries.csv": ""}), "expected a datapackage.json that lists the package's files, found none"},
		{"archive with the list too deep", zipped(t, "a/b/", twoCountries()), "expected a datapackage.json that lists the package's files, found none"},
		{"archive of two packages", zipped(t, "", files{"a/datapackage.json": "", "datapackage.json": ""}), "expected one datapackage.json, found a/datapackage.json and datapackage.json"},
		{"archive that leads out", zipped(t, "", files{"datapackage.json": countriesOnly, "../countries.csv": "x"}), `expected names inside the archive, found "../countries.csv"`},
		{"archive that leads to the root", zipped(t, "", files{"datapackage.json": countriesOnly, "/etc/passwd": "x"}), `expected names inside the archive, found "/etc/passwd"`},
		{"archive for another system", zipped(t, "", files{"datapackage.json": countriesOnly, `..\evil.csv`: "x"}), `expected names inside the archive, found "..\\evil.csv"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := open(t, c.path)
			require.Error(t, err)
			assert.True(t, strings.HasSuffix(err.Error(), c.want), err.Error())
		})
	}
}

func TestOpen_NoPathLeadsOutOfThePackage(t *testing.T) {
	for path, want := range map[string]string{
		`../countries.csv`:          `found "../countries.csv"`,
		`a/../../countries.csv`:     `found "a/../../countries.csv"`,
		`/etc/countries.csv`:        `found "/etc/countries.csv"`,
		`..\\countries.csv`:         `found a backslash, colon or NUL in "..\\countries.csv"`,
		`C:countries.csv`:           `found a backslash, colon or NUL in "C:countries.csv"`,
		`https://example.org/x.csv`: `found the address "https://example.org/x.csv"`,
		`file:///etc/countries.csv`: `found the address "file:///etc/countries.csv"`,
		``:                          `found ""`,
	} {
		f := files{"datapackage.json": `{"resources": [{"name": "countries", "path": "` + path + `"}]}`}
		_, err := open(t, folder(t, f))
		assert.EqualError(t, err, `datapackage.json: the resource "countries": expected the path of a file in the package such as permits.csv, `+want)
	}
}

func TestOpen_NoLinkLeadsOutOfTheFolder(t *testing.T) {
	outside := folder(t, files{"countries.csv": "code,name\nKP,secret\n"})
	dir := folder(t, files{"datapackage.json": countriesOnly})
	require.NoError(t, os.Symlink(filepath.Join(outside, "countries.csv"), filepath.Join(dir, "countries.csv")))
	_, err := open(t, dir)
	assert.EqualError(t, err, "datapackage.json: resources[0]: countries.csv: the file cannot be read: path escapes from parent")

	dir = folder(t, files{"datapackage.json": countriesOnly, "data/c.csv": "code,name\nKP,inside\n"})
	require.NoError(t, os.Symlink(filepath.Join("data", "c.csv"), filepath.Join(dir, "countries.csv")))
	p, err := open(t, dir)
	require.NoError(t, err)
	assert.Equal(t, []any{"KP", "inside"}, mustRead(t, p.Files()[0])[0].Values)
}

func TestOpen_ReadsOrdinaryFilesOnly(t *testing.T) {
	dir := folder(t, files{"datapackage.json": countriesOnly, "countries.csv/x": ""})
	_, err := open(t, dir)
	assert.EqualError(t, err, "datapackage.json: resources[0]: countries.csv: expected an ordinary file, found a folder")

	pipe := fstest.MapFS{"datapackage.json": {Data: []byte(countriesOnly)}, "countries.csv": {Mode: fs.ModeNamedPipe}}
	_, err = datapackage.OpenFS(t.Context(), pipe, datapackage.Limits{})
	assert.EqualError(t, err, "datapackage.json: resources[0]: countries.csv: expected an ordinary file, found a pipe or device")
	pipe = fstest.MapFS{"datapackage.json": {Mode: fs.ModeNamedPipe}}
	_, err = datapackage.OpenFS(t.Context(), pipe, datapackage.Limits{})
	assert.EqualError(t, err, "datapackage.json: expected an ordinary file, found a pipe or device")

	dir = folder(t, files{"datapackage.json": countriesOnly})
	_, err = open(t, dir)
	assert.EqualError(t, err, `datapackage.json: resources[0]: expected the file "countries.csv" in the package, found none`)

	name := filepath.Join(t.TempDir(), "link.zip")
	out, err := os.Create(name)
	require.NoError(t, err)
	archive := zip.NewWriter(out)
	link := &zip.FileHeader{Name: "countries.csv"}
	link.SetMode(fs.ModeSymlink | 0o777)
	for header, text := range map[*zip.FileHeader]string{link: "/etc/passwd", {Name: "datapackage.json"}: countriesOnly} {
		w, err := archive.CreateHeader(header)
		require.NoError(t, err)
		_, err = w.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, out.Close())
	_, err = open(t, name)
	assert.EqualError(t, err, "datapackage.json: resources[0]: countries.csv: expected an ordinary file, found a symbolic link")
}

func TestOpen_LimitsWhatIsUnpacked(t *testing.T) {
	f := twoCountries()
	f["countries.csv"] += strings.Repeat("KP,"+strings.Repeat("x", 97)+"\n", 20_000)
	name := zipped(t, "", f)
	info, err := os.Stat(name)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(40_000), "a small archive with a large file")

	_, err = datapackage.Open(t.Context(), name, datapackage.Limits{UnpackedBytes: 1 << 20})
	assert.EqualError(t, err, "countries.csv: expected at most 1048576 bytes of unpacked CSV files in the package, found more",
		"refused before a row is read")
}

func TestOpen_AnArchiveCannotHoldMoreThanItDeclares(t *testing.T) {
	f := twoCountries()
	f["countries.csv"] += strings.Repeat("KP,North Korea\n", 100_000)
	name := zipped(t, "", f)
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	// The central directory's record of the entry holds its unpacked size in four bytes at offset 24.
	at := bytes.LastIndex(text, []byte("countries.csv")) - 46
	require.Equal(t, uint32(len(f["countries.csv"])), binary.LittleEndian.Uint32(text[at+24:]))
	binary.LittleEndian.PutUint32(text[at+24:], 1000)
	require.NoError(t, os.WriteFile(name, text, 0o644))

	p, err := datapackage.Open(t.Context(), name, datapackage.Limits{UnpackedBytes: 1000})
	if err == nil {
		defer p.Close()
		for _, err = range p.Files()[0].Records(t.Context()) {
			if err != nil {
				break
			}
		}
	}
	assert.ErrorContains(t, err, "zip: not a valid zip file")
}

func TestOpen_EndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := datapackage.Open(ctx, folder(t, twoCountries()), datapackage.Limits{})
	assert.ErrorIs(t, err, context.Canceled)
}
