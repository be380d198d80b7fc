package exports

import (
	"archive/zip"
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	template "github.com/DataDog/datadog-agent/pkg/template/text"
	"github.com/klauspost/compress/flate"

	"homebound/graph"
	"homebound/internal/site/port"
	"homebound/internal/table"
)

// exportMeta is what goes along with a table: what it is, what it rests on and how to cite it.
type exportMeta struct {
	Title     string          `json:"title"`
	Notice    string          `json:"notice"` // of synthetic rows
	Synthetic bool            `json:"synthetic"`
	Release   exportRelease   `json:"release"`
	Citation  string          `json:"citation"`
	Filters   map[string]any  `json:"filters"`
	Rows      int             `json:"rows"`
	Columns   []table.Column  `json:"columns"`
	Figures   []figure        `json:"figures,omitempty"` // of a table in the long form
	Sources   []port.Source   `json:"sources"`
	Query     exportQuery     `json:"query"`
	Files     []exportAddress `json:"files"`
	Data      *exportData     `json:"data,omitempty"` // of the file that this lies beside
}

type exportRelease struct {
	Number        int       `json:"number"`
	ContentHash   string    `json:"contentHash"` // SHA-256, in hex
	PublishedAt   time.Time `json:"publishedAt"`
	MethodVersion string    `json:"methodVersion"`
	Permalink     string    `json:"permalink"`
}

// exportQuery shows the same in GraphQL, page by page.
type exportQuery struct {
	URL       string         `json:"url"`
	Document  string         `json:"document"`
	Variables port.Variables `json:"variables"`
}

// exportAddress is where the table can be had for ever.
type exportAddress struct {
	Format string `json:"format"`
	URL    string `json:"url"`
}

type exportData struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// released asks what the release says of itself.
func (s *Exports) released(ctx context.Context) (r exportRelease, citation string, err error) {
	var answer struct {
		Release struct {
			exportRelease
			Citation string
		}
	}
	err = s.Ask(ctx, `query CitedRelease { release { number contentHash publishedAt methodVersion citation } }`, nil,
		&answer)
	r = answer.Release.exportRelease
	r.Permalink = s.Permanent(r.Number)
	return r, answer.Release.Citation, err
}

// notice says whether synthetic rows take part, as far as it is known without reading the rows.
func (x *extract) notice(ctx context.Context) (string, error) {
	made := graph.ReleaseOf(ctx).Info().Synthetic
	if x.mark == figuresMade {
		var err error
		if _, made, err = x.evidence(ctx); err != nil {
			return "", err
		}
	}
	if made && x.mark != "" {
		return x.mark, nil
	}
	return nothingMade, nil
}

// meta says of a table what formats have a place for.
func (s *Exports) meta(ctx context.Context, x *extract) (table.Meta, error) {
	notice, err := x.notice(ctx)
	if err != nil {
		return table.Meta{}, err
	}
	release, citation, err := s.released(ctx)
	return table.Meta{Title: x.Title, Description: notice, Written: release.PublishedAt, Facts: []table.Fact{
		{Name: "release", Value: strconv.Itoa(release.Number)}, {Name: "contentHash",
			Value: release.ContentHash}, {Name: "citation", Value: citation},
		{Name: "metadata", Value: s.fileURL(x, metadata)},
	}}, err
}

// fileURL returns the address at which a table can be had for ever.
func (s *Exports) fileURL(x *extract, extension string) string {
	address := s.Permanent(x.number) + "/export/" + x.Name + "." + extension
	if len(x.query) > 0 {
		address += "?" + x.query.Encode()
	}
	return address
}

// describe gathers what is to be said of an export.
func (s *Exports) describe(ctx context.Context, x *extract) (*exportMeta, error) {
	release, citation, err := s.released(ctx)
	if err != nil {
		return nil, err
	}
	sources, synthetic, err := x.evidence(ctx)
	if err != nil {
		return nil, err
	}
	m := &exportMeta{
		Title: x.Title, Notice: nothingMade, Synthetic: synthetic, Release: release, Citation: citation, Filters: x.filters, Rows: x.rows, Columns: x.columns,
		Sources: []port.Source{}, Query: exportQuery{release.Permalink + "/graphql", x.document, x.variables},
	}
	if synthetic {
		m.Notice = x.mark
	}
	if x.Name == "impact" {
		m.Figures = contract{s.Parameters.Schema}.figuresDefined(graph.ReleaseOf(ctx).CurrencyOf(fmt.Sprint(x.variables["region"])))
	}
	for _, id := range sources {
		source, err := graph.ReleaseOf(ctx).Source(id)
		if err != nil {
			return nil, err
		}
		of := port.Source{ID: graph.GlobalID("Source", id), Title: source.Title, Publisher: source.Publisher,
			URL: source.URL, Kind: source.Kind, Licence: source.Licence}
		if source.PublishedOn != nil {
			of.PublishedOn = source.PublishedOn.String()
		}
		m.Sources = append(m.Sources, of)
	}
	for _, extension := range Formats() {
		m.Files = append(m.Files, exportAddress{extension, s.fileURL(x, extension)})
	}
	return m, nil
}

// writeMetadata writes what is to be said of an export.
func (s *Exports) writeMetadata(ctx context.Context, to io.Writer, x *extract) error {
	m, err := s.describe(ctx, x)
	if err != nil {
		return err
	}
	return port.WriteJSON(to, m)
}

//go:embed readme.txt
var readmeText string

var readme = template.Must(template.New("README").Funcs(template.FuncMap{
	"stem": func(name string) string { return strings.TrimSuffix(name, ".csv") },
	"cell": func(text string) string { return strings.ReplaceAll(text, "|", `\|`) },
}).Parse(readmeText))

// writeArchive writes a zip of an export as CSV, what it is, and a README. These come last, so that they can tell
// what was written.
func (s *Exports) writeArchive(ctx context.Context, to io.Writer, x *extract) error {
	z := zip.NewWriter(to)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	add := func(name string) (io.Writer, error) {
		return z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate,
			Modified: graph.ReleaseOf(ctx).Info().PublishedAt.UTC()})
	}
	csv, _ := table.ByExtension("csv") // the plainest format, which there is
	data := &exportData{Name: x.fileName() + ".csv"}
	file, err := add(data.Name)
	if err != nil {
		return err
	}
	counted := newSummed(file)
	if err := s.writeTable(ctx, counted, x, csv); err != nil {
		return err
	}
	data.Bytes, data.SHA256 = counted.bytes, counted.sum()
	m, err := s.describe(ctx, x)
	if err != nil {
		return err
	}
	m.Data = data
	var text bytes.Buffer
	if err := readme.Execute(&text, m); err != nil {
		return err
	}
	if file, err = add(x.fileName() + "." + metadata); err == nil {
		err = port.WriteJSON(file, m)
	}
	if err == nil {
		file, err = add("README.md")
	}
	if err == nil {
		_, err = file.Write(text.Bytes())
	}
	if err != nil {
		return err
	}
	return z.Close()
}
