package datapackage

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
)

// hashes are the algorithms that a descriptor may name. MD5 is that of one that names none, as Data Package has it; here
// it finds files that were cut or exchanged, and protects from nobody.
var hashes = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New,
}

// checkContent holds the files of a resource against the size and the hash that the descriptor gives, so that one that
// was cut on its way or belongs to another delivery is not published.
func (r *resource) checkContent(ctx context.Context, f *File) error {
	if r.Bytes != nil && *r.Bytes != f.Size() {
		return fmt.Errorf("expected %d bytes, found %d", *r.Bytes, f.Size())
	}
	if r.Hash == "" {
		return nil
	}
	name, expected, named := strings.Cut(r.Hash, ":")
	if !named {
		name, expected = "md5", r.Hash
	}
	algorithm := hashes[strings.ReplaceAll(strings.ToLower(name), "-", "")]
	if algorithm == nil {
		return fmt.Errorf("expected a hash by md5, sha1, sha256 or sha512, found %s", quote(name))
	}
	sum := algorithm()
	for _, p := range f.parts {
		if err := p.copyTo(ctx, f, sum); err != nil {
			return err
		}
	}
	if found := hex.EncodeToString(sum.Sum(nil)); !strings.EqualFold(found, expected) {
		return fmt.Errorf("expected the hash %s, found %s: the file is not the one that was described", quote(expected), found)
	}
	return nil
}

// copyTo reads a part to its end, as it lies in the package.
func (p *part) copyTo(ctx context.Context, f *File, to io.Writer) error {
	in, err := f.fsys.Open(p.file)
	if err != nil {
		return unreadable(p.path, err)
	}
	defer in.Close()
	for err == nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, err = io.CopyN(to, in, 1<<20)
	}
	if err != io.EOF {
		return unreadable(p.path, err)
	}
	return nil
}
