package table

// RowsHeader is the HTTP header that says how many rows a table has, so that one that was cut can be told also
// where it was saved without its end.
const RowsHeader = "Homebound-Rows"

// KindOf returns the kind of column that holds the values of a GraphQL scalar or enum.
func KindOf(typename string) Kind {
	switch typename {
	case "Int":
		return Whole
	case "Float":
		return Number
	case "Boolean":
		return Bool
	case "Date":
		return Day
	case "DateTime":
		return Moment
	}
	return Text
}

// At returns what stands at a path of a decoded JSON value, nil where there is nothing.
func At(value any, path []string) any {
	for _, step := range path {
		members, _ := value.(map[string]any)
		value = members[step]
	}
	return value
}
