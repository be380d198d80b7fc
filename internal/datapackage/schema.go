package datapackage

// written is datapackage.json as it is written: with the schema of every table, so that other tools can check the
// files and describe their columns.
type written struct {
	Profile   string            `json:"profile"`
	Name      string            `json:"name"`
	Title     string            `json:"title,omitempty"`
	Resources []writtenResource `json:"resources"`
	Homebound homebound         `json:"homebound,omitzero"`
}

type writtenResource struct {
	Name      string  `json:"name"`
	Path      string  `json:"path"`
	Profile   string  `json:"profile"`
	Format    string  `json:"format"`
	MediaType string  `json:"mediatype"`
	Encoding  string  `json:"encoding"`
	Schema    *schema `json:"schema,omitempty"`
}

type schema struct {
	Fields        []schemaField `json:"fields"`
	MissingValues []string      `json:"missingValues"`
	PrimaryKey    []string      `json:"primaryKey,omitempty"`
	ForeignKeys   []foreignKey  `json:"foreignKeys,omitempty"`
}

type schemaField struct {
	Name        string      `json:"name"`
	Type        string      `json:"type"`
	Description string      `json:"description"`
	Constraints constraints `json:"constraints,omitzero"`
}

type constraints struct {
	Required bool     `json:"required,omitempty"`
	Enum     []string `json:"enum,omitempty"`
	Minimum  *float64 `json:"minimum,omitempty"`
	Maximum  *float64 `json:"maximum,omitempty"`
}

type foreignKey struct {
	Fields    string    `json:"fields"`
	Reference reference `json:"reference"`
}

type reference struct {
	Resource string `json:"resource"`
	Fields   string `json:"fields"`
}

// resource describes the table's file. A reference to a table that the package does not hold is left out, for it
// means a row of the release that the package is imported into.
func (t Table) resource(held func(table string) bool) writtenResource {
	s := schema{MissingValues: []string{""}}
	for _, c := range t.Columns {
		s.Fields = append(s.Fields, schemaField{c.Name, c.Type.frictionless(), c.Doc,
			constraints{c.Required, c.Enum, c.Min, c.Max}})
		if other, ok := TableByName(c.Refers); ok && held(c.Refers) {
			s.ForeignKeys = append(s.ForeignKeys, foreignKey{c.Name, reference{other.Name, other.Key[0]}})
		}
	}
	if t.keyRequired() {
		s.PrimaryKey = t.Key
	}
	if t.Name == boundariesTable { // which is no table to other tools
		return writtenResource{Name: t.Name, Path: t.FileName(), Profile: "data-resource", Format: "geojson",
			MediaType: "application/geo+json", Encoding: "utf-8"}
	}
	return writtenResource{t.Name, t.FileName(), "tabular-data-resource", "csv", "text/csv", "utf-8", &s}
}

// keyRequired reports whether all parts of the key are always there, as a primary key asks.
func (t Table) keyRequired() bool {
	for _, name := range t.Key {
		if !t.Columns[t.index(name)].Required {
			return false
		}
	}
	return true
}

// frictionless names the type in the words of a Table Schema.
func (t Type) frictionless() string {
	switch t {
	case Date:
		return "date"
	case Whole:
		return "integer"
	case Number:
		return "number"
	case Boolean:
		return "boolean"
	}
	return "string"
}
