package labour

import "time"

// Release is what a published release says of itself.
type Release struct {
	Number        int
	ContentHash   string // sha256 over the canonical content, in hex
	PublishedAt   time.Time
	DataFrom      *Date // nil where the release holds neither register rows nor observations
	DataThrough   *Date
	Currency      string // ISO 4217; wages and money are given in it
	LocalLanguage string // BCP 47 code of the language of local names; "" where the publisher does not tell
	Counts        ReleaseCounts
	Synthetic     bool // true where any register row is synthetic
	Factual       bool // true where any permit or repatriation is not
	Confidential  *int // the size that masking of its real rows protects; nil where no row is masked
	Note          string
	MethodVersion string // of the build that wrote it; a reader computes with its own
	Gates         []GateResult
}

// ReleaseCounts is the number of rows a release holds, by table.
type ReleaseCounts struct {
	Regions, Employers, Permits, Repatriations, Observations, Claims, Sources int
}

// Gate is an assertion on the number of rows of a table, below or above which nothing is published.
type Gate struct {
	Name    string
	Table   string
	AtLeast *float64
	AtMost  *float64
}

// GateResult is what a gate found.
type GateResult struct {
	Gate
	Found  float64
	Passed bool
}

// ImportCounts is what became of the rows of one file: Read = Inserted + Replaced + Unchanged + Rejected.
type ImportCounts struct {
	Table                                         string
	Read, Inserted, Replaced, Unchanged, Rejected int64
	Warnings                                      int64
}

// ImportChange is what an import would change of a table: as a whole, or of the rows of one year, region or nationality.
type ImportChange struct {
	Table                       string
	By, Value                   string // "year" and "2017", for example; "" for the table as a whole
	RowsBefore, RowsAfter       int64
	WorkersBefore, WorkersAfter int64 // 0 of a table as a whole
}

// Reconciles reports whether every row that was read is accounted for.
func (c ImportCounts) Reconciles() bool {
	return c.Read == c.Inserted+c.Replaced+c.Unchanged+c.Rejected
}

// Holds reports whether a number of rows is within the gate's bounds.
func (g Gate) Holds(found float64) bool {
	return (g.AtLeast == nil || found >= *g.AtLeast) && (g.AtMost == nil || found <= *g.AtMost)
}
