package port

import (
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/internal/labour"
)

// asking is a document with a variable of every kind that the contract has.
var asking = MustDocument(`query($filter: ReportFilter, $scenario: Scenario, $groupBy: [Dimension!]! = [], $orderBy: [ReportOrder!],
	$having: [MeasureCondition!], $first: Int, $region: String!, $asOf: Date, $share: Float) { release { number } }`)

// contract returns the schema of the contract.
func contract(t testing.TB) *ast.Schema {
	t.Helper()
	const name = "../../../schema.graphqls"
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: name, Input: string(text)})
	require.NoError(t, err)
	return schema
}

// readParameters returns the variables in JSON, which is how they reach the executor.
func readParameters(t *testing.T, query string, of Document) (string, error) {
	t.Helper()
	values, err := url.ParseQuery(query)
	require.NoError(t, err)
	read, err := NewParameters(contract(t)).Read(values, of.Variables)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(read)
	require.NoError(t, err)
	return string(text), nil
}

func TestParameters_AreVariablesUnderTheContractsNames(t *testing.T) {
	for query, want := range map[string]string{
		"":                                               `{}`,
		"region=RU-PRI&asOf=2017-12-22":                  `{"region":"RU-PRI","asOf":"2017-12-22"}`,
		"first=&asOf=&orderBy=&having=":                  `{"first":null,"asOf":null,"orderBy":null,"having":null}`,
		"filter=":                                        `{"filter":null}`,
		"nationalities=&within=&period=":                 `{"filter":{"nationalities":null,"within":null,"period":null}}`,
		"scenario.nationalities=&scenario.to=":           `{"scenario":{"nationalities":null,"to":null}}`,
		"region=5&first=5&share=5":                       `{"region":"5","first":5,"share":5}`,
		"first=-2147483648&share=-1.5e-3":                `{"first":-2147483648,"share":-0.0015}`,
		"groupBy=REGION":                                 `{"groupBy":["REGION"]}`,
		"groupBy=REGION,PERIOD&groupBy=INDUSTRY":         `{"groupBy":["REGION","PERIOD","INDUSTRY"]}`,
		"scenario.stayers=10000&scenario.basis=REPORTED": `{"scenario":{"stayers":10000,"basis":"REPORTED"}}`,
		"within=RU-PRI&period.from=2017-01-01&period.to=2017-12-31":          `{"filter":{"within":"RU-PRI","period":{"from":"2017-01-01","to":"2017-12-31"}}}`,
		"filter.within=RU-PRI&synthetic=false":                               `{"filter":{"within":"RU-PRI","synthetic":false}}`,
		`filter={"within":"RU-PRI","period":{"from":"2017-01-01"}}`:          `{"filter":{"within":"RU-PRI","period":{"from":"2017-01-01"}}}`,
		`period={"from":"2017-01-01"}&synthetic=true`:                        `{"filter":{"period":{"from":"2017-01-01"},"synthetic":true}}`,
		"outcomes=RETURNED,PROTECTED&industries=F&employers=E-1,E%2C2":       `{"filter":{"outcomes":["RETURNED","PROTECTED"],"industries":["F"],"employers":["E-1","E","2"]}}`,
		"orderBy.measure=PERMITS_ISSUED&orderBy.direction=DESC":              `{"orderBy":{"measure":"PERMITS_ISSUED","direction":"DESC"}}`,
		`orderBy=[{"by":"REGION"},{"measure":"PERMITS_ISSUED"}]`:             `{"orderBy":[{"by":"REGION"},{"measure":"PERMITS_ISSUED"}]}`,
		`having={"measure":"PERMITS_ISSUED","atLeast":12345678901234567890}`: `{"having":{"measure":"PERMITS_ISSUED","atLeast":12345678901234567890}}`,
		"within=%D0%9F%D1%80%26%22%0A":                                       `{"filter":{"within":"Пр\u0026\"\n"}}`,
	} {
		read, err := readParameters(t, query, asking)
		if assert.NoError(t, err, query) {
			assert.JSONEq(t, want, read, query)
		}
	}
}

func TestParameters_SayWhatIsWrongWithThem(t *testing.T) {
	for query, want := range map[string]string{
		"code=RU-PRI":             `Expected parameters out of within, industries, nationalities, employers, outcomes, period.from, synthetic, search, and.within, or.within, not.within, scenario.from, groupBy, orderBy.by, having.measure, first, region, asOf, share, found "code".`,
		"period.since=2017":       `found "period.since".`,
		"region.code=RU-PRI":      `found "region.code".`,
		"filter.filter.within=RU": `found "filter.filter.within".`,
		"=1":                      `found "".`,
		".=1":                     `found ".".`,
		"period..from=2017-01-01": `found "period..from".`,
		"first=ten":               `Expected for first a value of the type Int, found "ten".`,
		"first=1.5":               `Expected for first a value of the type Int, found "1.5".`,
		"first=2147483648":        `Expected for first a value of the type Int, found "2147483648".`,
		"region=":                 `Expected for region a value of the type String!, found nothing.`,
		"scenario.stayers=":       `Expected for scenario.stayers a value of the type Int!, found nothing.`,
		"nationalities=&filter=":  `The parameter filter is given twice, as a whole or in parts.`,
		"period=&period.from=":    `The parameter filter.period is given twice, as a whole or in parts.`,
		"first=&first=":           `Expected the parameter first once, found it 2 times.`,
		"first=1&first=2":         `Expected the parameter first once, found it 2 times.`,
		"share=NaN":               `Expected for share a value of the type Float, found "NaN".`,
		"share=-Inf":              `Expected for share a value of the type Float, found "-Inf".`,
		"share=1e999":             `Expected for share a value of the type Float, found "1e999".`,
		"synthetic=yes":           `Expected for synthetic a value of the type Boolean, found "yes".`,
		"outcomes=RETURNED,":      `Expected for outcomes one of `,
		"outcomes=left":           `found "left".`,
		"groupBy=":                `Expected for groupBy a value of the type [Dimension!]!, found nothing.`,
		"period=2017":             `Expected for period one of its parts, such as period.from, or a JSON object; found "2017".`,
		`period=[]`:               `Expected for period one of its parts, such as period.from, or a JSON object; found "[]".`,
		`period={"from":`:         `or a JSON object; found "{\"from\":".`,
		`period={} {}`:            `or a JSON object; found "{} {}".`,
		`orderBy=null`:            `Expected for orderBy one of its parts, such as orderBy.by, or a JSON object; found "null".`,
		"filter=RU-PRI":           `Expected for filter one of its parts, such as filter.within, or a JSON object; found "RU-PRI".`,
		"region=%FF":              `The parameter region is not UTF-8.`,
		`filter={}&within=RU`:     `The parameter filter is given twice, as a whole or in parts.`,
		`filter={}&employers=E-1`: `The parameter filter is given twice, as a whole or in parts.`,
		`period={"to":"2017-12-31"}&period.from=2017-01-01`: `The parameter filter.period is given twice, as a whole or in parts.`,
		`orderBy=[{"by":"REGION"}]&orderBy.direction=DESC`:  `The parameter orderBy is given twice, as a whole or in parts.`,
		"within=RU&filter.within=RU":                        `The parameter filter.within is given twice, as a whole or in parts.`,
	} {
		_, err := readParameters(t, query, asking)
		var fault *labour.Fault
		if assert.ErrorAs(t, err, &fault, query) {
			assert.Equal(t, labour.BadUserInput, fault.Code, query)
			assert.True(t, strings.HasSuffix(fault.Error(), want) || strings.HasPrefix(fault.Error(), want), "%s: %s", query, fault)
		}
	}
	_, err := readParameters(t, "within=RU", MustDocument("{ release { number } }"))
	assert.EqualError(t, err, `Expected no parameter, found "within".`)
}

// TestParameters_AreWhatTheSchemaNames reads a value for each part of each input object, so that whatever is added
// to the contract can be a parameter.
func TestParameters_AreWhatTheSchemaNames(t *testing.T) {
	schema := contract(t)
	seen := 0
	for name, definition := range schema.Types {
		if definition.Kind != ast.InputObject || definition.BuiltIn {
			continue
		}
		of := MustDocument("query($it: " + name + ") { release { number } }")
		for _, field := range definition.Fields {
			seen++
			value := "1"
			switch kind := schema.Types[field.Type.Name()]; {
			case len(kind.EnumValues) > 0:
				value = kind.EnumValues[0].Name
			case len(kind.Fields) > 0:
				value = "{}"
			case kind.Name == "Boolean":
				value = "true"
			}
			read, err := readParameters(t, "it."+field.Name+"="+value, of)
			if assert.NoError(t, err, name) {
				assert.Contains(t, read, field.Name)
			}
		}
	}
	assert.Greater(t, seen, 30)
}

func FuzzParameters(f *testing.F) {
	f.Add("within=RU-PRI&period.from=2017-01-01")
	f.Add(`orderBy=[{"by":"REGION"}]&orderBy.direction=DESC`)
	f.Add(`filter={"period":null}&period.from=2017`)
	known := NewParameters(contract(f))
	f.Fuzz(func(t *testing.T, query string) {
		values, _ := url.ParseQuery(query)
		read, err := known.Read(values, asking.Variables)
		var fault *labour.Fault
		if err != nil {
			require.ErrorAs(t, err, &fault)
			return
		}
		_, err = json.Marshal(read)
		require.NoError(t, err)
	})
}
