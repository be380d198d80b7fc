package exports

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"homebound/internal/labour"
	"homebound/internal/negotiate"
	"homebound/internal/table"
)

// partSize is how many bytes of an export are sent at once; a client has so long for each as for a whole answer.
const partSize = 64 << 10

// sender passes an answer on while there is time, and knows whether any of it is on its way.
type sender struct {
	w     io.Writer
	ended func() error // why there is no time left
	begun bool
}

// Write passes a part on.
func (s *sender) Write(p []byte) (int, error) {
	if err := s.ended(); err != nil {
		return 0, err
	}
	s.begun = true
	return s.w.Write(p)
}

// deliver opens an export and sends it.
func (s *Exports) deliver(w http.ResponseWriter, r *http.Request, x *extract, extension string) {
	out := &sender{w: newPaced(w, s.ExportSpeed()), ended: r.Context().Err}
	if err := s.send(out, w, r, x, extension); err != nil {
		s.breakOff(w, r, out.begun, err)
	}
}

func (s *Exports) send(out *sender, w http.ResponseWriter, r *http.Request, x *extract, extension string) (err error) {
	leave, err := s.ExportSlot(r.Context())
	if err != nil {
		return err
	}
	leave = sync.OnceFunc(leave)
	defer leave()
	format, isTable := table.ByExtension(extension)
	header := w.Header()
	header.Set("Content-Type", map[bool]string{true: format.MediaType, false: mediaTypes[extension]}[isTable])
	how := "attachment"
	if extension == metadata {
		how = "inline"
	}
	header.Set("Content-Disposition", fmt.Sprintf(`%s; filename="%s.%s"`, how, x.fileName(), extension))
	if inParts[extension] {
		return s.sendParts(out, w, r, x, format, leave)
	}
	ctx := r.Context()
	if err := x.ready(ctx, s); err != nil {
		return err
	}
	if isTable && format.MaxRows > 0 && x.rows > format.MaxRows {
		return labour.Faultf(labour.LimitExceeded,
			"A table in %s has at most %d rows, and this has %d: narrow it, or take csv, ndjson or parquet.",
			extension, format.MaxRows, x.rows)
	}
	maps.Copy(header, x.says())
	// The same rows may come compressed, and a zip may come in other bytes.
	header.Set("Etag", `W/"`+x.tag+`"`)
	packed := worthGzip[extension] && negotiate.Accepts(r.Header.Get("Accept-Encoding"), "gzip")
	if packed {
		header.Set("Content-Encoding", "gzip")
	}
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	if ctx, err = s.Charge(ctx, x.cost); err != nil {
		return err
	}
	return s.behind.send(out, func(to io.Writer) error { return s.write(ctx, to, x, extension, packed) }, leave)
}

// write writes an export that is ready, compressed or as it is.
func (s *Exports) write(ctx context.Context, plain io.Writer, x *extract, extension string, packed bool) (err error) {
	buffered := bufio.NewWriterSize(plain, partSize)
	to, end := io.Writer(buffered), buffered.Flush
	if packed {
		zip, _ := gzip.NewWriterLevel(buffered, gzip.BestSpeed) // which is a level that there is
		to, end = zip, func() error { return errors.Join(zip.Close(), buffered.Flush()) }
	}
	switch format, isTable := table.ByExtension(extension); {
	case isTable:
		if x.bom {
			_, _ = io.WriteString(to, byteOrderMark) // whoever went away is told by what follows
		}
		err = s.writeTable(ctx, to, x, format)
	case extension == archive:
		err = s.writeArchive(ctx, to, x)
	default:
		err = s.writeMetadata(ctx, to, x)
	}
	if err != nil {
		return err
	}
	return end()
}

// ready opens an export, and leaves of it the rows that are asked for.
func (x *extract) ready(ctx context.Context, s *Exports) error {
	if err := x.open(ctx, s, x); err != nil {
		return err
	}
	x.narrow()
	return nil
}

// says returns the headers that tell how many rows there are, and where to go on.
func (x *extract) says() http.Header {
	header := http.Header{}
	header.Set(table.RowsHeader, strconv.Itoa(x.rows))
	if next := x.next(); next != "" {
		header.Set("Link", next)
	}
	return header
}

// inParts are the formats whose readers ask for the length of a file, and for parts of it.
var inParts = map[string]bool{"parquet": true, "arrow": true}

// sendParts sends a file, or those parts of it that a client asks for. HEAD makes the file, too, since it tells how long
// that is. What is kept costs no more than the asking.
func (s *Exports) sendParts(out *sender, w http.ResponseWriter, r *http.Request, x *extract, format table.Format,
	made func()) error {
	file, release, err := s.spool.acquire(r.Context(), x.tag, func(ctx context.Context, to io.Writer) (http.Header, error) {
		if err := x.ready(ctx, s); err != nil {
			return nil, err
		}
		ctx, err := s.Charge(ctx, x.cost)
		if err != nil {
			return nil, err
		}
		return x.says(), s.writeTable(ctx, to, x, format)
	})
	if err != nil {
		return err
	}
	defer release()
	made()
	maps.Copy(w.Header(), file.said)
	w.Header().Set("Etag", `"`+x.tag+"-"+file.tag+`"`)
	http.ServeContent(passing{w, out}, r, "", time.Time{}, io.NewSectionReader(file.file, 0, file.size))
	return nil
}

// passing is a response whose body goes through a sender.
type passing struct {
	http.ResponseWriter
	to *sender
}

// Write passes a part on.
func (p passing) Write(part []byte) (int, error) { return p.to.Write(part) }

var mediaTypes = map[string]string{archive: "application/zip", metadata: "application/json" + "; charset=utf-8"}

// worthGzip are the formats that are not packed by themselves.
var worthGzip = map[string]bool{"csv": true, "ndjson": true, metadata: true}

// fileName names an export's files by the release that they are of.
func (x *extract) fileName() string { return fmt.Sprintf("homebound-r%d-%s", x.number, x.Name) }

// breakOff says why an export is not given. Where it has begun, it ends the connection instead: what is cut must
// not look whole.
func (s *Exports) breakOff(w http.ResponseWriter, r *http.Request, begun bool, err error) {
	var slow slowError
	switch {
	case errors.As(err, &slow):
		s.CountRefusal(r.Context(), "slow")
	case errors.Is(err, context.DeadlineExceeded) && r.Context().Err() != nil:
		s.CountRefusal(r.Context(), "timeout")
		err = labour.Faultf(labour.Timeout,
			"The export was stopped because it took longer than %s. Narrow it, or take it in parts.", s.ExportTimeout())
	case errors.Is(err, context.Canceled):
		err = labour.Faultf(labour.Unavailable, "The export was stopped before it was done.")
	}
	if !begun {
		for _, name := range []string{"Content-Disposition", "Content-Encoding", "Etag", "Link", table.RowsHeader} {
			w.Header().Del(name)
		}
		w.Header().Set("Cache-Control", "no-store")
		s.Refuse(w, r, err)
		return
	}
	s.Log.WarnContext(r.Context(), "an export broke off", "error", err)
	panic(http.ErrAbortHandler)
}

// writeTable writes an export in a format.
func (s *Exports) writeTable(ctx context.Context, to io.Writer, x *extract, format table.Format) error {
	meta, err := s.meta(ctx, x)
	if err != nil {
		return err
	}
	writer, err := format.New(to, x.columns, meta)
	if err != nil {
		return err
	}
	defer writer.Discard()
	rows := 0
	err = x.each(ctx, func(row []any) error {
		rows++
		return writer.Write(row)
	})
	if err != nil {
		return err
	}
	if rows != x.rows {
		return fmt.Errorf("export %s: expected %d rows, found %d", x.Name, x.rows, rows)
	}
	return writer.Close()
}

// summed writes through, and gives the SHA-256 and the number of bytes.
type summed struct {
	to    io.Writer
	bytes int64
	hash  interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func newSummed(to io.Writer) *summed { return &summed{to: to, hash: sha256.New()} }

// Write writes through.
func (s *summed) Write(p []byte) (int, error) {
	n, err := s.to.Write(p)
	_, _ = s.hash.Write(p[:n]) // which takes everything
	s.bytes += int64(n)
	return n, err
}

func (s *summed) sum() string { return hex.EncodeToString(s.hash.Sum(nil)) }
