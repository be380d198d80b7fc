// Package exports sends whole tables as files.
package exports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"homebound/graph"
	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/table"
)

// exported is one of the tables that can be taken away as files.
type exported struct {
	Name, Title string
	parameters  port.Document // whose variables readers may set
	document    port.Document // shows the same in GraphQL; "" where it depends on the parameters
	under       []string      // where the document has the rows
	columns     []table.Column
	mark        string // what to know where synthetic rows take part
	open        func(context.Context, *Exports, *extract) error
}

// What is said of synthetic rows, by what a table has of them.
const (
	rowsMade    = "SYNTHETIC: the rows whose column synthetic is true are made up to show the service at work; no person, employer or permit in them is real."
	figuresMade = "SYNTHETIC: made-up register rows took part in these figures. They have the right form, and are no finding."
	nothingMade = "No synthetic row takes part."
)

// Tables are all exports, in the order in which pages list them.
var Tables = []exported{
	{Name: "permits", Title: "Permits to employ foreign workers", parameters: permitsDocument,
		document: permitsDocument, under: []string{"permits", "nodes"}, mark: rowsMade, open: openList("permits")},
	{Name: "employers", Title: "Employers that hold permits", parameters: employersDocument,
		document: employersDocument, under: []string{"employers", "nodes"}, mark: rowsMade,
		open: openList("employers")},
	{Name: "repatriations", Title: "Workers who left, and how", parameters: repatriationsDocument,
		document: repatriationsDocument, under: []string{"repatriations", "nodes"}, mark: rowsMade,
		open: openList("repatriations")},
	{Name: "observations", Title: "Published statistics", parameters: observationsDocument,
		document: observationsDocument, under: []string{"regions", "nodes", "observations"}, open: openObservations},
	{Name: "claims", Title: "Claims, and what they come to", parameters: claimsParameters, document: claimsDocument,
		under: []string{"claims", "nodes"}, open: openClaims},
	{Name: "report", Title: "Report on permits, workers present and repatriations", parameters: reportParameters,
		mark: figuresMade, open: openReport},
	{Name: "impact", Title: "What the departure of workers costs a region's economy", parameters: impactDocument,
		document: impactDocument, columns: impactColumns, mark: figuresMade, open: openImpact},
}

// What a table can be asked as, beside the formats of package table.
const (
	archive  = "zip"           // the table as CSV, what it is, and a README
	metadata = "metadata.json" // what it is
)

// Formats lists what can stand behind the name of a table.
func Formats() []string {
	var list []string
	for _, f := range table.Formats {
		list = append(list, f.Extension)
	}
	return append(list, archive, metadata)
}

// extract is an export that is ready to be read.
type extract struct {
	exported
	part
	more      bool // whether there are rows behind those that are asked for
	number    int  // of the release
	query     url.Values
	filters   map[string]any // the parameters that were given
	variables port.Variables // of the document
	document  string
	columns   []table.Column
	rows      int
	cost      int    // of reading the rows, beside what it took to get ready
	tag       string // of what the export depends on
	each      func(ctx context.Context, yield func(row []any) error) error
	evidence  func(ctx context.Context) (sources []string, synthetic bool, err error) // ids
}

// place returns the place of a column.
func (x *extract) place(name string) int {
	for i, c := range x.columns {
		if c.Name == name {
			return i
		}
	}
	panic("web: the export of " + x.Name + " has no column " + name)
}

// Exports answers with whole tables as files.
type Exports struct {
	port.Base
	spool  *spool
	behind behind
}

// NewExports registers what /export/ gives: tables of the register, the evidence and the answers, as files.
func New(base port.Base) *Exports {
	s := &Exports{base, newSpool(spoolBytes, spoolFiles), newBehind(base.ExportSpool())}
	s.Resource("/export/{file}", http.HandlerFunc(s.export))
	return s
}

// export answers with a table as a file.
func (s *Exports) export(w http.ResponseWriter, r *http.Request) {
	x, extension, err := s.wanted(r)
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	header := w.Header()
	header["Cache-Control"] = s.CacheControl(s.Shared(r))
	header["Vary"] = []string{"Accept-Encoding, Authorization, Origin"}
	x.tag = s.tag(r, x)
	if known := x.known(r, extension); known != "" {
		header.Set("Etag", known)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	ctx, done := s.Metered(r.Context())
	defer done()
	if s.ExportTimeout() > 0 {
		limited, cancel := context.WithTimeout(ctx, s.ExportTimeout())
		defer cancel()
		ctx = limited
	}
	s.deliver(w, r.WithContext(ctx), x, extension)
}

// wanted says which table a request is for, and as what.
func (s *Exports) wanted(r *http.Request) (*extract, string, error) {
	name, extension, _ := strings.Cut(r.PathValue("file"), ".")
	var names []string
	extensions := Formats()
	var found *exported
	for i, e := range Tables {
		names = append(names, e.Name)
		if e.Name == name {
			found = &Tables[i]
		}
	}
	if found == nil {
		return nil, "", labour.Faultf(labour.NotFound, "There is no export %.80q: expected one of %s.", name,
			strings.Join(names, ", "))
	}
	if !slices.Contains(extensions, extension) {
		return nil, "", labour.Faultf(labour.NotFound, "There is no export %s.%.80s: expected one of %s.", name,
			extension, strings.Join(extensions, ", "))
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, "", labour.Faultf(labour.BadUserInput,
			"Expected a query string such as within=RU-PRI&status=IN_FORCE, found one that cannot be read.")
	}
	readable(values)
	variables, err := s.Parameters.Read(values,
		slices.Concat(found.parameters.Variables, partParameters.Variables))
	if err != nil {
		return nil, "", err
	}
	filters := maps.Clone(variables)
	delete(filters, "bom")
	asked, err := cutPart(variables, extension)
	if err != nil {
		return nil, "", err
	}
	values.Del("bom") // which is no part of what other files of the same rows are asked with
	info := graph.ReleaseOf(r.Context()).Info()
	x := &extract{exported: *found, part: asked, number: info.Number, query: values, filters: filters,
		variables: variables, document: found.document.Text, columns: found.columns}
	if x.under != nil {
		x.columns = contract{s.Parameters.Schema}.columns(x.document, x.under, info.Currency)
	}
	return x, extension, nil
}

// tag names what an export depends on, also where the server was started anew over other data or in another way.
func (s *Exports) tag(r *http.Request, x *extract) string {
	release := graph.ReleaseOf(r.Context())
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\n%s\n%d\n%s\n%s\n%s\n%s\n%s\n%+v", x.number, release.Info().ContentHash,
		release.Confidential(),
		labour.MethodVersion, s.PublicURL, port.PathWithin(r), r.URL.RawQuery, s.Rights(r.Context()), x.columns))
	return hex.EncodeToString(sum[:16])
}

// known returns the entity tag of If-None-Match by which the client has this export already, "" where it has not. That
// of a file that is read in parts begins with what the file depends on, and ends with what is in it.
func (x *extract) known(r *http.Request, extension string) string {
	for part := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		given := strings.TrimSpace(part)
		tag := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(given, "W/"), `"`), `"`)
		if inParts[extension] {
			tag, _, _ = strings.Cut(tag, "-")
		}
		if tag == x.tag {
			return given
		}
	}
	return ""
}
