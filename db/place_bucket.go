package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"homebound/db/internal/build"
	"homebound/db/internal/objects"
	"homebound/internal/atomicfile"
	"homebound/internal/labour"
)

// In an object storage a release is two objects: releases/0007.json describes it, and is written first and only where
// there is none, so that a number names one release for good; releases/0007-<hash>.db.zst is its file. CURRENT is written
// under the condition that nobody else has. A reader keeps what it has fetched in a data folder, its cache, which it
// can start from while the storage is away.

// bucketPlace is an object storage as a place, and the folder that what was fetched of it is kept in.
type bucketPlace struct {
	bucket *objects.Bucket
	cache  build.Folder
	most   int64 // bytes that the cache takes at most, the current release aside

	mu        sync.Mutex
	known     map[string]described // by file name: what is written once and never changes
	listed    []string
	listedAt  time.Time
	keysTag   string
	currently string // by CURRENT, as it was read last
}

// described is what releases/0007.json holds.
type described struct {
	File    string         `json:"file"`
	SHA256  string         `json:"sha256"` // of the file, before it was compressed
	Size    int64          `json:"size"`   // of it
	Release labour.Release `json:"release"`
	// The days of the release, apart from the rest, so that they are written as days.
	From    string `json:"from,omitempty"`
	Through string `json:"through,omitempty"`
}

// withDays moves the days of the release to where they are written.
func (d described) withDays() described {
	for _, day := range []struct {
		from **labour.Date
		to   *string
	}{{&d.Release.DataFrom, &d.From}, {&d.Release.DataThrough, &d.Through}} {
		if *day.from != nil {
			*day.to, *day.from = (*day.from).String(), nil
		}
	}
	return d
}

// readDays moves them back.
func (d *described) readDays() error {
	for _, day := range []struct {
		text string
		to   **labour.Date
	}{{d.From, &d.Release.DataFrom}, {d.Through, &d.Release.DataThrough}} {
		if day.text == "" {
			continue
		}
		*day.to = new(labour.Date)
		if err := (*day.to).UnmarshalText([]byte(day.text)); err != nil {
			return err
		}
	}
	return nil
}

const (
	currentObject = "CURRENT"
	keysObject    = "keys.json"
	packedEnd     = ".zst"
	listedFor     = 10 * time.Second // how long a list is taken for the one that is there
)

func descriptionOf(name string) string {
	return "releases/" + name[:strings.Index(name, "-")] + ".json"
}

func (p *bucketPlace) list(ctx context.Context) ([]string, error) {
	p.mu.Lock()
	listed, fresh := slices.Clone(p.listed), time.Since(p.listedAt) < listedFor
	p.mu.Unlock()
	if fresh {
		return listed, nil
	}
	objectNames, err := p.bucket.Names(ctx, "releases/")
	switch {
	case err != nil && p.cache != "" && listed != nil:
		return listed, nil // while the storage is away, what is known
	case err != nil && p.cache != "":
		return p.cache.Files()
	case err != nil:
		return nil, err
	}
	names := []string{}
	for _, object := range objectNames {
		name := strings.TrimSuffix(strings.TrimPrefix(object, "releases/"), packedEnd)
		if _, isRelease := build.NumberOf(name); isRelease && strings.HasSuffix(object, packedEnd) {
			names = append(names, name)
		}
	}
	build.SortNames(names)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listed, p.listedAt = names, time.Now()
	return slices.Clone(names), nil
}

// forgetList has the next list asked for.
func (p *bucketPlace) forgetList() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listedAt = time.Time{}
}

func (p *bucketPlace) describe(ctx context.Context, name string) (labour.Release, bool, error) {
	d, err := p.described(ctx, name)
	return d.Release, err == nil, err
}

func (p *bucketPlace) described(ctx context.Context, name string) (described, error) {
	p.mu.Lock()
	d, known := p.known[name]
	p.mu.Unlock()
	if known {
		return d, nil
	}
	text, err := p.bucket.Read(ctx, descriptionOf(name))
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(text.Data, &d); err != nil || d.readDays() != nil || d.Size < 1 || len(d.SHA256) != 64 {
		return d, fmt.Errorf("%w: expected the description of a release in %s, found %.120q", ErrCorrupt,
			descriptionOf(name), text.Data)
	}
	if d.File != name {
		number, _ := build.NumberOf(name)
		return d, anotherOf(number, name, d.File)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[name] = d
	return d, nil
}

func (p *bucketPlace) current(ctx context.Context) (string, error) {
	text, err := p.bucket.Read(ctx, currentObject)
	if errors.Is(err, objects.ErrNone) {
		return "", ErrNoRelease
	}
	if err != nil {
		return "", err
	}
	name, err := build.ParseCurrent(text.Data)
	p.mu.Lock()
	defer p.mu.Unlock()
	if name != p.currently {
		p.currently, p.listedAt = name, time.Time{}
	}
	return name, err
}

// fetch returns the path in the cache. A file that is there is checked before it is opened: a disk that was pulled, or a
// cache of another machine, is no reason to answer wrong figures.
func (p *bucketPlace) fetch(ctx context.Context, name string) (string, error) {
	path := p.cache.File(name)
	switch err := build.CheckFile(ctx, path, 0); {
	case err == nil:
		return path, p.remember(name)
	case ctx.Err() != nil:
		return "", ctx.Err()
	}
	d, err := p.described(ctx, name)
	if err != nil {
		return "", fmt.Errorf("fetch %s: %w", name, err)
	}
	p.evict(name, d.Size)
	err = p.cache.Receive(name, d.SHA256, func(to io.Writer) error {
		return p.bucket.Download(ctx, "releases/"+name+packedEnd, to, d.Size)
	})
	if err != nil {
		return "", fmt.Errorf("fetch %s: %w", name, err)
	}
	return path, p.remember(name)
}

// remember notes when a file was used, by which it is kept, and which is current, for a start while the storage is away.
func (p *bucketPlace) remember(name string) error {
	now := time.Now()
	if err := os.Chtimes(p.cache.File(name)+build.ChecksumEnd, now, now); err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	p.mu.Lock()
	currently := p.currently
	p.mu.Unlock()
	if kept, err := p.cache.ReadCurrent(); name != currently || err == nil && kept == name {
		return nil
	}
	return p.cache.NameCurrent(name)
}

// evict removes the files that were used the longest ago, until one of so many bytes fits. The current release and
// those that this process has open are read on: on the systems that it runs on, a file goes when its last reader does.
func (p *bucketPlace) evict(next string, size int64) {
	names, err := p.cache.Files()
	if err != nil {
		return // what cannot be listed is not in the way yet
	}
	type kept struct {
		name string
		size int64
		used time.Time
	}
	var all []kept
	total := size
	current, _ := p.cache.ReadCurrent()
	for _, name := range names {
		file, err := os.Stat(p.cache.File(name))
		if err != nil || name == next || name == current {
			continue
		}
		k := kept{name, file.Size(), file.ModTime()}
		if sum, err := os.Stat(p.cache.File(name) + build.ChecksumEnd); err == nil {
			k.used = sum.ModTime()
		}
		total += k.size
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b kept) int { return a.used.Compare(b.used) })
	for _, k := range all {
		if total <= p.most {
			return
		}
		if err := p.cache.Remove(k.name); err == nil {
			total -= k.size
		}
	}
}

func (p *bucketPlace) publish(ctx context.Context, from build.Folder, name string, info labour.Release) error {
	if err := build.CheckFile(ctx, from.File(name), 0); err != nil {
		return err
	}
	sum, err := build.ReadChecksum(from.File(name))
	if err != nil {
		return err
	}
	file, err := os.Open(from.File(name))
	if err != nil {
		return err
	}
	defer file.Close()
	stat, err := file.Stat()
	if err != nil {
		return err
	}
	if err := p.claim(ctx, name, described{File: name, SHA256: sum, Size: stat.Size(), Release: info}); err != nil {
		return err
	}
	defer p.forgetList()
	object := "releases/" + name + packedEnd
	if has, err := p.bucket.Has(ctx, object); err != nil || has {
		return err // an object is there whole or not at all
	}
	packed, err := os.CreateTemp(string(from), ".push-*")
	if err != nil {
		return err
	}
	defer func() { _ = errors.Join(packed.Close(), os.Remove(packed.Name())) }() // it has been sent
	return p.bucket.Upload(ctx, object, file, packed)
}

// claim writes the description of a release. It returns a Fault where its number is another release's.
func (p *bucketPlace) claim(ctx context.Context, name string, d described) error {
	text, err := json.MarshalIndent(d.withDays(), "", "  ")
	if err != nil {
		return err
	}
	err = p.bucket.Write(ctx, descriptionOf(name), append(text, '\n'), "")
	if !errors.Is(err, objects.ErrConflict) {
		return err
	}
	there, err := p.described(ctx, name)
	if err == nil && there.SHA256 != d.SHA256 {
		return anotherOf(d.Release.Number, name+" with SHA-256 "+d.SHA256[:12], "one with "+there.SHA256[:12])
	}
	return err
}

func (p *bucketPlace) makeCurrent(ctx context.Context, name, before string) error {
	if err := isThere(ctx, p, name); err != nil {
		return err
	}
	tag := ""
	text, err := p.bucket.Read(ctx, currentObject)
	switch {
	case errors.Is(err, objects.ErrNone):
		if before != "" {
			return superseded("")
		}
	case err != nil:
		return err
	default:
		now, err := build.ParseCurrent(text.Data)
		if err != nil {
			return err
		}
		if now != before {
			return superseded(now)
		}
		tag = text.ETag
	}
	err = p.bucket.Write(ctx, currentObject, []byte(name+"\n"), tag)
	if errors.Is(err, objects.ErrConflict) {
		return fmt.Errorf("%w: %w", ErrMoved, err)
	}
	return err
}

// remove removes the file first: without its description it could not be read.
func (p *bucketPlace) remove(ctx context.Context, name string) error {
	defer p.forgetList()
	if err := p.bucket.Remove(ctx, "releases/"+name+packedEnd); err != nil {
		return err
	}
	return p.bucket.Remove(ctx, descriptionOf(name))
}

// fetchKeys takes the key file of the storage over into the cache, where it has changed. Without one there, the
// readers' own stays.
func (p *bucketPlace) fetchKeys(ctx context.Context) error {
	text, err := p.bucket.Read(ctx, keysObject)
	if errors.Is(err, objects.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	p.mu.Lock()
	same := p.keysTag == text.ETag
	p.mu.Unlock()
	path := filepath.Join(string(p.cache), keysObject)
	if _, err := os.Stat(path); same && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := atomicfile.Write(path, text.Data, 0o600); err != nil {
		return fmt.Errorf("keep the keys: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keysTag = text.ETag
	return nil
}

func (p *bucketPlace) writeKeys(ctx context.Context, text []byte) error {
	return p.bucket.Overwrite(ctx, keysObject, text)
}
