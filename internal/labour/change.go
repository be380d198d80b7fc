package labour

// Change is a row that a release holds otherwise than another one.
type Change struct {
	Table     string // of the data package; settings for what is set for the whole release
	Key       string // the values of the table's key, joined by | where it has several columns
	Kind      ChangeKind
	Synthetic bool          // whether the row is made up, in either release
	Fields    []FieldChange // in the order of the table's columns
}

// ChangeKind is what became of a row.
type ChangeKind string

const (
	Added   ChangeKind = "ADDED"
	Removed ChangeKind = "REMOVED"
	Changed ChangeKind = "CHANGED"
)

// ChangeKinds lists all of them.
var ChangeKinds = []ChangeKind{Added, Removed, Changed}

// FieldChange is a column's value in either release, as a package writes it. Nil is a value that is absent, or a
// row that is.
type FieldChange struct {
	Name          string
	Before, After *string
}

// ChangeCounts is the number of rows of a table that two releases hold differently.
type ChangeCounts struct {
	Table                   string
	Added, Removed, Changed int
}
