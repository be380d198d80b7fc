package datapackage

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// topFolder returns the folder of an archive that datapackage.json stands in: its root, or the one folder that was
// packed. Archives come as Windows and macOS make them: with backslashes, names in an old code page, and entries of
// the system's own. It refuses an archive that would write outside when unpacked.
func topFolder(archive *zip.Reader) (fs.FS, error) {
	var found, mapped []string
	kept := archive.File[:0]
	for _, entry := range archive.File {
		name := entryName(entry)
		if !filepath.IsLocal(name) {
			return nil, fmt.Errorf("expected names inside the archive, found %s", quote(entry.Name))
		}
		if isSystems(name) {
			continue
		}
		folder, file := path.Split(name)
		if entry.Flags&1 != 0 && !strings.HasSuffix(name, "/") {
			return nil, fmt.Errorf("expected an archive without a password, found %s encrypted", quote(name))
		}
		if file == manifestName && strings.Count(folder, "/") <= 1 {
			found = append(found, name)
		}
		if file == mappingName && strings.Count(folder, "/") <= 1 {
			mapped = append(mapped, name)
		}
		entry.Name = name // the reader looks names up when the first file is opened
		kept = append(kept, entry)
	}
	archive.File = kept
	if len(found) == 0 {
		found = mapped
	}
	slices.Sort(found)
	switch len(found) {
	case 0:
		return nil, errNoManifest
	case 1:
		return fs.Sub(archive, path.Dir(found[0]))
	}
	return nil, fmt.Errorf("expected one %s, found %s", manifestName, strings.Join(found, " and "))
}

// entryName returns the name of an entry in UTF-8, with slashes. Windows writes names in the code page of its country
// without saying which; that of Russia shows any bytes.
func entryName(entry *zip.File) string {
	name := entry.Name
	if !utf8.ValidString(name) {
		if text, err := charmap.CodePage866.NewDecoder().String(name); err == nil {
			name = text
		}
	}
	return strings.ReplaceAll(name, `\`, "/")
}

// isSystems reports whether an entry was put in by the system that packed the archive.
func isSystems(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	file := path.Base(name)
	return top == "__MACOSX" || strings.HasPrefix(file, "._") || slices.Contains([]string{".DS_Store", "Thumbs.db", "desktop.ini"}, file)
}
