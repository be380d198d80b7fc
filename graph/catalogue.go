package graph

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"homebound/graph/generated"
	"homebound/graph/model"
	"homebound/internal/labour"
	"homebound/internal/words"
)

func (query) Measures(context.Context) ([]labour.MeasureInfo, error) { return labour.Measures, nil }

func (query) Dimensions(context.Context) ([]labour.DimensionInfo, error) {
	infos := make([]labour.DimensionInfo, len(labour.Dimensions))
	for i, d := range labour.Dimensions {
		infos[i] = d.Info()
	}
	return infos, nil
}

func (query) Enums(_ context.Context, names []string) ([]model.EnumInfo, error) {
	types := generated.NewExecutableSchema(generated.Config{}).Schema().Types
	if names == nil {
		for name, definition := range types {
			if ownEnum(definition) {
				names = append(names, name)
			}
		}
		slices.Sort(names)
	}
	infos := make([]model.EnumInfo, 0, len(names))
	for _, name := range names {
		definition := types[name]
		if !ownEnum(definition) {
			return nil, labour.Faultf(labour.NotFound, "names: expected the name of an enum, found %.80q.", name)
		}
		info := model.EnumInfo{Name: name}
		for _, value := range definition.EnumValues {
			info.Values = append(info.Values, model.EnumValueInfo{Enum: name, Code: value.Name, Description: value.Description})
		}
		infos = append(infos, info)
	}
	return infos, nil
}

// ownEnum reports whether a type is an enum of the contract, and none of GraphQL's own.
func ownEnum(t *ast.Definition) bool {
	return t != nil && t.Kind == ast.Enum && !strings.HasPrefix(t.Name, "__")
}

// wordsIn returns the words of a language in the release that answers.
func wordsIn(ctx context.Context, in model.Language) words.Words {
	if in == model.LanguageLocal {
		return words.In(releaseOf(ctx).Info().LocalLanguage)
	}
	return words.In("")
}

// label returns what a value of an enum is called. That each has a name is what a test of the catalogue sees to.
func label(ctx context.Context, in model.Language, enum, value string) (string, error) {
	text, known := wordsIn(ctx, in).Label(enum, value)
	if !known {
		return "", fmt.Errorf("label %s.%s: it has none", enum, value)
	}
	return text, nil
}

type measureInfoFields struct{}

func (measureInfoFields) Label(ctx context.Context, obj *labour.MeasureInfo, in model.Language) (string, error) {
	return label(ctx, in, "Measure", string(obj.Measure))
}

func (measureInfoFields) Description(ctx context.Context, obj *labour.MeasureInfo, in model.Language) (string, error) {
	return label(ctx, in, "MeasureDescription", string(obj.Measure))
}

func (measureInfoFields) Unit(ctx context.Context, obj *labour.MeasureInfo, in model.Language) (string, error) {
	return label(ctx, in, "Unit", obj.Unit)
}

type dimensionInfoFields struct{}

func (dimensionInfoFields) Label(ctx context.Context, obj *labour.DimensionInfo, in model.Language) (string, error) {
	return label(ctx, in, "Dimension", string(obj.Dimension))
}

func (dimensionInfoFields) Description(ctx context.Context, obj *labour.DimensionInfo, in model.Language) (string, error) {
	return label(ctx, in, "DimensionDescription", string(obj.Dimension))
}

type enumValueInfoFields struct{}

func (enumValueInfoFields) Label(ctx context.Context, obj *model.EnumValueInfo, in model.Language) (string, error) {
	return label(ctx, in, obj.Enum, obj.Code)
}

func (countryFields) Name(ctx context.Context, obj *labour.Country, in model.Language) (string, error) {
	return countryIn(ctx, in, obj.Code, obj.Name), nil
}

// countryIn returns the name of a country in the local language where it is asked for and has one, else the English one.
func countryIn(ctx context.Context, in model.Language, code, english string) string {
	if in == model.LanguageLocal && releaseOf(ctx).Info().LocalLanguage != "" {
		if name, known := wordsIn(ctx, in).Country(code); known {
			return name
		}
	}
	return english
}
