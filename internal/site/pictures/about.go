package pictures

import (
	"context"
	"slices"
	"strings"

	"homebound/graph"
	"homebound/internal/site/port"
)

// Subject is what pictures are about where nobody says.
type Subject struct {
	Region        string
	Nationalities []string // none stands for all
}

// assumed is the subject that the pictures' documents have as their defaults.
var assumed = Subject{documentDefault("region").(string), port.Texts(documentDefault("nationalities"))}

func documentDefault(variable string) any {
	value, err := DocumentOf("stock").Variables.ForName(variable).DefaultValue.Value(nil)
	if err != nil {
		panic("pictures: " + err.Error()) // which the build has looked at
	}
	return value
}

// Subject returns what pictures of the release in ctx are about where nobody says: what their documents assume, and in a
// release that does not have it what its pages are about.
func (s *Pictures) Subject(ctx context.Context) (Subject, error) {
	release := graph.ReleaseOf(ctx)
	_, elsewhere := release.Region(assumed.Region)
	for _, code := range assumed.Nationalities {
		if _, err := release.Country(code); err != nil {
			elsewhere = err
		}
	}
	if elsewhere == nil || s.About == nil {
		return assumed, nil
	}
	found, err := s.About(ctx)
	if err != nil {
		return Subject{}, err
	}
	if found.Region == "" { // it tells of nowhere
		found.Region = assumed.Region
	}
	return found, nil
}

// assume fills in the variables that nobody gave: the subject, and the defaults of the document.
func (s *Pictures) assume(ctx context.Context, kind chartKind, variables port.Variables) error {
	var about *Subject
	for _, v := range kind.document.Variables {
		if _, given := variables[v.Variable]; given {
			continue
		}
		if about == nil && slices.Contains([]string{"region", "nationalities", "scenario"}, v.Variable) {
			subject, err := s.Subject(ctx)
			if err != nil {
				return err
			}
			about = &subject
		}
		switch {
		case v.Variable == "region":
			variables["region"] = about.Region
		case v.Variable == "nationalities":
			variables["nationalities"] = about.list()
		case v.DefaultValue != nil:
			value, err := v.DefaultValue.Value(nil)
			if err != nil {
				return err
			}
			variables[v.Variable] = value
		}
	}
	if kind.document.Variables.ForName("scenario") == nil {
		return nil
	}
	return s.assumeScenario(ctx, variables)
}

// assumeScenario names whose departure an estimate is of, where the contract would take others than the subject's.
func (s *Pictures) assumeScenario(ctx context.Context, variables port.Variables) error {
	about, err := s.Subject(ctx)
	if err != nil || slices.Equal(about.Nationalities, assumed.Nationalities) {
		return err
	}
	scenario := map[string]any{}
	if given, is := variables["scenario"].(map[string]any); is {
		scenario = given
	}
	if _, given := scenario["nationalities"]; !given {
		scenario["nationalities"] = about.list()
		variables["scenario"] = scenario
	}
	return nil
}

// Listed returns the nationalities as a parameter has them.
func (s Subject) Listed() string { return strings.Join(s.Nationalities, ",") }

// list returns the nationalities as the value of a variable, in which nothing stands for all.
func (s Subject) list() any {
	if len(s.Nationalities) == 0 {
		return nil
	}
	list := make([]any, len(s.Nationalities))
	for i, code := range s.Nationalities {
		list[i] = code
	}
	return list
}
