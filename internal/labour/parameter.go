package labour

// Parameter is a number that the economic model needs, with its range and where it is from. Region, Industry and
// Nationality are "" where it holds for all, From and To nil where it holds for ever.
type Parameter struct {
	Name                          string
	Region, Industry, Nationality string
	From, To                      *Date
	Low, Central, High            float64
	Distribution                  Distribution
	Unit                          string
	Kind                          ParameterKind
	Source                        string
	Citation                      string
	Note                          string
}

// Distribution is the shape of a parameter's uncertainty between its low and its high value.
type Distribution string

const (
	Fixed      Distribution = "FIXED" // always the central value
	Triangular Distribution = "TRIANGULAR"
	PERT       Distribution = "PERT"
	Uniform    Distribution = "UNIFORM"
)

// Distributions lists all of them.
var Distributions = []Distribution{Fixed, Triangular, PERT, Uniform}

// ParameterKind is how a parameter's value was found.
type ParameterKind string

const (
	LiteratureParameter ParameterKind = "LITERATURE"
	MeasuredParameter   ParameterKind = "MEASURED"
	StatedParameter     ParameterKind = "STATED" // by an interested party
	AssumedParameter    ParameterKind = "ASSUMPTION"
)

// ParameterKinds lists all of them.
var ParameterKinds = []ParameterKind{LiteratureParameter, MeasuredParameter, StatedParameter, AssumedParameter}
