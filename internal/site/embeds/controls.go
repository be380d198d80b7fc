package embeds

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
)

// controls are a form by which a reader chooses what a picture shows. Its fields are the picture's parameters: without
// a script it is sent as they are, with one the picture is asked for again.
type controls struct {
	words
	Action string
	Fields []field
	Hidden []given // parameters that the form has no field for
	Views  []view
}

// field is a parameter in a form.
type field struct {
	Name, Label, Kind string // of what kind: select, date or range
	Value             string
	Least, Most       string
	Default           string // the value that means the same as none
	Options           []option
}

// option is one of the values of a field.
type option struct {
	Value, Text string
	Chosen      bool
}

// view is another way to show the same figures.
type view struct {
	Name, Text, URL string
	Current         bool
}

// choices is what choices.graphql is answered.
type choices struct {
	Availability struct {
		Nationalities, Regions []choice
		Districts              []struct {
			choice
			Parent *choice
		}
	}
	regions []choice // all of them, the widest first
}

type choice struct{ Code, Name string }

var (
	choicesDocument, regionsDocument = documentOf("choices"), documentOf("regions")
	workersDocument                  = documentOf("workers")
	claimDocument                    = documentOf("claim")
)

func documentOf(name string) string {
	text, err := embedFiles.ReadFile("embed/" + name + ".graphql")
	if err != nil {
		panic(fmt.Sprintf("embeds: %v", err)) // which the build has looked at
	}
	return port.MustDocument(string(text)).Text
}

// controls returns the form of an embed whose picture was asked for by variables.
func (s *Embeds) controls(ctx context.Context, e embedding, variables port.Variables) (controls, error) {
	offered, err := s.choices(ctx, e)
	if err != nil {
		return controls{}, fmt.Errorf("ask what there is to choose: %w", err)
	}
	number := 0
	if e.archived {
		number = e.release.Number
	}
	c := controls{words: e.words, Action: embedPath(e.chart, nil, number), Views: e.views(number)}
	for _, v := range pictures.DocumentOf(e.chart).Variables {
		fields, err := s.fields(ctx, e, v, variables, offered)
		if err != nil {
			return controls{}, err
		}
		c.Fields = append(c.Fields, fields...)
	}
	for name, values := range e.values {
		if !slices.ContainsFunc(c.Fields, func(f field) bool { return f.Name == name }) {
			c.Hidden = append(c.Hidden, given{name, strings.Join(values, ",")})
		}
	}
	slices.SortFunc(c.Hidden, func(a, b given) int { return strings.Compare(a.Name, b.Name) })
	return c, nil
}

// choices asks what there is to choose.
func (s *Embeds) choices(ctx context.Context, e embedding) (choices, error) {
	var offered choices
	local := pictures.Local(e.Words, e.release)
	if err := s.Ask(ctx, s.Parameters.Named(choicesDocument, local), nil, &offered); err != nil {
		return choices{}, err
	}
	for i, n := range offered.Availability.Nationalities {
		if name, known := e.Country(n.Code); known && !local && !e.IsEnglish() {
			offered.Availability.Nationalities[i].Name = name
		}
	}
	var countries, districts []choice
	for _, district := range offered.Availability.Districts {
		if district.Parent != nil && !slices.Contains(countries, *district.Parent) {
			countries = append(countries, *district.Parent)
		}
		districts = append(districts, district.choice)
	}
	offered.regions = slices.Concat(countries, districts, offered.Availability.Regions)
	if len(offered.regions) == 0 {
		var all struct{ Regions struct{ Nodes []choice } }
		if err := s.Ask(ctx, s.Parameters.Named(regionsDocument, local), nil, &all); err != nil {
			return choices{}, err
		}
		offered.regions = all.Regions.Nodes
	}
	return offered, nil
}

// fields returns the fields for a variable of a picture's document.
func (s *Embeds) fields(ctx context.Context, e embedding, v *ast.VariableDefinition, variables port.Variables,
	offered choices) ([]field, error) {
	date := func(name, label string) field {
		f := field{Name: name, Label: e.Say(label), Kind: "date", Value: e.values.Get(name)}
		if from, through := e.release.DataFrom, e.release.DataThrough; from != nil && through != nil {
			f.Least, f.Most = from.String(), through.String()
		}
		return f
	}
	switch v.Variable {
	case "region":
		f := field{Name: "region", Label: e.Say("region"), Kind: "select", Value: fmt.Sprint(variables["region"]),
			Default: e.about.Region}
		return []field{f.offering(offered.regions)}, nil
	case "nationalities":
		return []field{e.nationality("nationalities", port.Texts(variables["nationalities"]), offered)}, nil
	case "granularity":
		f := field{Name: "granularity", Label: e.Say("granularity"), Kind: "select",
			Value: fmt.Sprint(variables["granularity"]), Default: v.DefaultValue.Raw}
		for _, unit := range []string{"MONTH", "QUARTER", "YEAR"} {
			f.Options = append(f.Options, option{unit, e.Say(unit), unit == f.Value})
		}
		return []field{f}, nil
	case "period":
		return []field{date("period.from", "from"), date("period.to", "to")}, nil
	case "asOf":
		return []field{date("asOf", "asOf")}, nil
	case "scenario":
		return s.scenario(ctx, e, variables, offered)
	}
	return nil, nil
}

// nationality offers all that have data, and the one that is shown; nothing stands for all of them.
func (e embedding) nationality(name string, shown []string, offered choices) field {
	f := field{Name: name, Label: e.Say("nationality"), Kind: "select", Value: strings.Join(shown, ","),
		Default: e.about.Listed()}
	all := append([]choice{{"", e.Say("allNationalities")}}, offered.Availability.Nationalities...)
	return f.offering(all)
}

// offering fills in what a field offers. What it has and is not among it, such as a list, is offered as it is.
func (f field) offering(all []choice) field {
	found := false
	for _, c := range all {
		found = found || c.Code == f.Value
		f.Options = append(f.Options, option{c.Code, cmp.Or(c.Name, c.Code), c.Code == f.Value})
	}
	if !found {
		f.Options = append(f.Options, option{f.Value, f.Value, true})
	}
	return f
}

// scenario returns the fields of a scenario: who stays, by which evidence, and under which assumption.
func (s *Embeds) scenario(ctx context.Context, e embedding, variables port.Variables,
	offered choices) ([]field, error) {
	scenario, _ := variables["scenario"].(map[string]any)
	var answer struct {
		EconomicImpact struct{ BaselineWorkers *float64 }
	}
	all := map[string]any{}
	for name, value := range scenario {
		if name != "stayers" {
			all[name] = value
		}
	}
	asked := port.Variables{"region": variables["region"], "scenario": all}
	if err := s.Ask(ctx, workersDocument, asked, &answer); err != nil {
		return nil, fmt.Errorf("ask who could stay: %w", err)
	}
	most := 1000.0
	if n := answer.EconomicImpact.BaselineWorkers; n != nil {
		most = math.Ceil(*n)
	}
	chosen := func(name, otherwise string, values ...string) field {
		f := field{Name: "scenario." + name, Label: e.Say(name), Kind: "select", Default: otherwise,
			Value: cmp.Or(textOf(scenario[name]), otherwise)}
		for _, value := range values {
			f.Options = append(f.Options, option{value, e.Say(value), value == f.Value})
		}
		return f
	}
	stayers := field{Name: "scenario.stayers", Label: e.Say("stayers"), Kind: "range", Least: "0",
		Most: strconv.Itoa(int(most)), Value: cmp.Or(textOf(scenario["stayers"]), "0"), Default: "0"}
	basis := chosen("basis", "REPORTED", "REPORTED", "REGISTER")
	nationality := e.about.Nationalities
	if given, has := scenario["nationalities"]; has {
		nationality = port.Texts(given)
	}
	fields := []field{stayers, basis, e.nationality("scenario.nationalities", nationality, offered)}
	if e.chart != "variants" {
		fields = append(fields, chosen("variant", "AVERAGE_PRODUCT", "AVERAGE_PRODUCT", "WAGE_SHARE", "ELASTICITY"))
	}
	return fields, nil
}

// textOf writes a value of a variable as a parameter has it; "" for none.
func textOf(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// mapped are the pictures whose figures can be shown by region as well, and the one that does so without a map.
var mapped = map[string]string{"stock": "stock", "permits": "permits", "outcomes": "outcomes", "map": "permits"}

// views returns the other ways to show the same: a chart, a map, the table below.
func (e embedding) views(number int) []view {
	drawn := without(e.values, "view")
	as := func(name, text string) view {
		values := drawn
		if name != e.chart { // whose series are others
			values = without(drawn, "granularity", "boundariesOn", "rates", "hide")
		}
		return view{text, e.Say(text), embedPath(name, values, number), name == e.chart && !e.values.Has("view")}
	}
	views := []view{as(e.chart, "chart")}
	if plain := mapped[e.chart]; plain != "" {
		views = []view{as(plain, "chart"), as("map", "map")}
	}
	drawn.Set("view", "table")
	table := view{"table", e.Say("tableView"), embedPath(e.chart, drawn, number) + "#table", e.values.Has("view")}
	return append(views, table)
}

// assumed are the parameters of a scenario that mean the same as none where they have these values.
var assumed = map[string]string{"scenario.stayers": "0", "scenario.basis": "REPORTED", "scenario.variant": "AVERAGE_PRODUCT"}

// meant returns the parameters without those that nobody has chosen, which a form sends too: empty, or as they are
// assumed.
func meant(values url.Values, about pictures.Subject) url.Values {
	assumed := maps.Clone(assumed)
	assumed["scenario.nationalities"] = about.Listed()
	given := url.Values{}
	for name, list := range values {
		text := strings.Join(list, "")
		if text != "" && (text != assumed[name] || len(list) > 1) || text == "" && tellsEmpty.MatchString(name) {
			given[name] = list
		}
	}
	return given
}
