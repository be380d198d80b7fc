package exports

import (
	"bufio"
	"container/list"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"

	"homebound/internal/labour"
)

// spool keeps files that are read in parts: a reader of Parquet asks for the end of a file, then for some of its
// columns, and all must be of the same bytes. The files lie in the system's folder for temporary files, without a name,
// so that nothing is left of them when the program ends, however it does.
//
// It is bounded by bytes and by files. The one that was asked for longest ago goes first; one that is being read is
// closed by its last reader.
type spool struct {
	mostBytes int64 // of all files together, and so of each
	mostFiles int

	mu     sync.Mutex
	byKey  map[string]*list.Element // of recent
	recent *list.List               // of *spooled, the last that was asked for first
	bytes  int64                    // of those that are counted
}

const (
	spoolBytes = 1 << 30
	spoolFiles = 64
)

func newSpool(mostBytes int64, mostFiles int) *spool {
	return &spool{mostBytes: mostBytes, mostFiles: mostFiles, byKey: map[string]*list.Element{}, recent: list.New()}
}

// spooled is one file. What stands below ready is not read before that is closed.
type spooled struct {
	key     string
	readers int  // this and the next two are guarded by the spool's mu
	counted bool // whether its bytes are among the spool's
	gone    bool // from the spool

	ready     chan struct{}
	err       error
	abandoned bool // whether it failed because whoever made it went away
	file      *os.File
	size      int64
	tag       string      // SHA-256 of the content, shortened, in hex
	said      http.Header // what goes along with every part
}

// filler writes a file, and returns the headers that go along with every part of it.
type filler func(ctx context.Context, to io.Writer) (http.Header, error)

// acquire returns the file that is kept under a key, which the first who asks for it fills. release gives it back.
func (s *spool) acquire(ctx context.Context, key string, fill filler) (file *spooled, release func(), err error) {
	for {
		file, first := s.find(key)
		if first {
			s.fill(ctx, file, fill)
		}
		select {
		case <-file.ready:
		case <-ctx.Done():
			s.release(file)
			return nil, nil, ctx.Err()
		}
		if file.err == nil {
			return file, func() { s.release(file) }, nil
		}
		s.release(file)
		if first || !file.abandoned {
			return nil, nil, file.err
		}
	}
}

// find returns the file of a key, and whether there was none, so that it has to be filled.
func (s *spool) find(key string) (file *spooled, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.byKey[key]; at != nil {
		s.recent.MoveToFront(at)
		file = at.Value.(*spooled)
		file.readers++
		return file, false
	}
	file = &spooled{key: key, readers: 1, ready: make(chan struct{}), err: errors.New("export: a file was not finished")}
	s.byKey[key] = s.recent.PushFront(file)
	s.shrink()
	return file, true
}

// fill makes a file. One that failed is kept no longer: whoever comes next tries again.
func (s *spool) fill(ctx context.Context, file *spooled, fill filler) {
	defer func() { // after a panic, too, so that nobody waits in vain
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case file.err != nil:
			s.drop(file)
		case !file.gone:
			file.counted = true
			s.bytes += file.size
			s.shrink()
		}
		close(file.ready)
	}()
	file.err = file.write(ctx, s.mostBytes, fill)
	file.abandoned = ctx.Err() != nil
}

// shrink lets files go until the others are within the bounds.
func (s *spool) shrink() {
	for s.bytes > s.mostBytes || s.recent.Len() > s.mostFiles {
		s.drop(s.recent.Back().Value.(*spooled))
	}
}

func (s *spool) drop(file *spooled) {
	if file.gone {
		return
	}
	s.recent.Remove(s.byKey[file.key])
	delete(s.byKey, file.key)
	if file.gone = true; file.counted {
		s.bytes -= file.size
	}
	file.closeUnread()
}

func (s *spool) release(file *spooled) {
	s.mu.Lock()
	defer s.mu.Unlock()
	file.readers--
	file.closeUnread()
}

// closeUnread closes a file that nobody can ask for any more and nobody reads.
func (f *spooled) closeUnread() {
	if f.gone && f.readers == 0 && f.file != nil {
		_ = f.file.Close() // whose bytes nobody needs
		f.file = nil
	}
}

// write fills the file, and takes its measure.
func (f *spooled) write(ctx context.Context, most int64, fill filler) (err error) {
	file, err := temporary()
	if err != nil {
		return err
	}
	sum := newSummed(file)
	buffered := bufio.NewWriterSize(&bounded{sum, most, ctx}, partSize)
	if f.said, err = fill(ctx, buffered); err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	f.file, f.size, f.tag = file, sum.bytes, hex.EncodeToString(sum.hash.Sum(nil)[:16])
	return nil
}

// bounded writes through until there is too much, or no time left.
type bounded struct {
	to   *summed
	most int64
	ctx  context.Context
}

// Write writes through.
func (b *bounded) Write(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	if b.to.bytes+int64(len(p)) > b.most {
		return 0, labour.Faultf(labour.LimitExceeded,
			"A file that can be read in parts has at most %d MiB: narrow it, take it in parts by first and offset, or take csv or ndjson.",
			b.most>>20)
	}
	return b.to.Write(p)
}
