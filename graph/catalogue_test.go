package graph

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homebound/graph/generated"
	"homebound/internal/labour"
	"homebound/internal/words"
)

// TestCatalogue_EverythingHasAName walks the schema: what is added to it wants a label in every language.
func TestCatalogue_EverythingHasAName(t *testing.T) {
	for _, code := range words.Languages() {
		in := words.In(code)
		named := func(enum, value string) {
			label, known := in.Label(enum, value)
			assert.True(t, known && label != "", "%s: %s.%s", code, enum, value)
		}
		for name, definition := range generated.NewExecutableSchema(generated.Config{}).Schema().Types {
			if !ownEnum(definition) {
				continue
			}
			for _, value := range definition.EnumValues {
				named(name, value.Name)
			}
		}
		for _, info := range labour.Measures {
			named("MeasureDescription", string(info.Measure))
			named("Unit", info.Unit)
		}
		for _, d := range labour.Dimensions {
			named("DimensionDescription", string(d))
		}
	}
}
