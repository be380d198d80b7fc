package labour

// RegisterTable names a table of the register.
type RegisterTable string

// The tables of which a source can say how far they reach.
const (
	PermitTable       RegisterTable = "permits"
	RepatriationTable RegisterTable = "repatriations"
)

// RegisterTables lists both.
var RegisterTables = []RegisterTable{PermitTable, RepatriationTable}

// Completeness is how much of what there is a source has.
type Completeness string

// Whatever a source does not declare is PARTIAL.
const (
	CompleteSource Completeness = "COMPLETE"
	PartialSource  Completeness = "PARTIAL"
)

// Completenesses lists both.
var Completenesses = []Completeness{CompleteSource, PartialSource}

// Coverage declares how much of a table a source has for a region with all within it, a nationality and a span of days.
type Coverage struct {
	Source       string
	Table        RegisterTable
	Region       string // region code
	Nationality  string // "" for all
	From, To     Date   // both included
	Completeness Completeness
}

// Covered is what a figure of the register can be taken for.
type Covered string

const (
	Complete Covered = "COMPLETE" // the figure is the whole
	Partial  Covered = "PARTIAL"  // a lower bound for counts
	NotAtAll Covered = "NONE"     // nothing is known; the figure is not zero
)

// Coverages lists all of them, the best first.
var Coverages = []Covered{Complete, Partial, NotAtAll}
