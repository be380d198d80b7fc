package datapackage_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/datapackage"
)

// countriesAround is a file with some text between two good rows.
func countriesAround(rows string) string { return "code,name\nAA,first\n" + rows + "\nZZ,last\n" }

func TestRecords_FaultsOfFormEndWithTheirLine(t *testing.T) {
	for _, c := range []struct{ name, rows, fault, raw string }{
		{"too few fields", "KP", "countries.csv:3:1: expected 2 fields, found 1", "KP"},
		{"too many fields", "KP,North Korea,x", "countries.csv:3:1: expected 2 fields, found 3", "KP|North Korea|x"},
		{"quote inside", `KP,North "Korea",x`, "countries.csv:3:4: expected quotes around the whole value or none, found one inside", `KP|North "Korea",x`},
		{"text after quote", `КП,"North" Korea`, `countries.csv:3:4: expected a comma or the end of the line after a closing quote, found " "`, `КП|"North" Korea`},
		{"letter after quote", `KP,"North"я`, `countries.csv:3:4: expected a comma or the end of the line after a closing quote, found "я"`, `KP|"North"я`},
		{"unclosed quote", `KP,"North Korea`, "countries.csv:3:4: expected a closing quote, found the end of the file", `KP|"North Korea`},
		{"unclosed escape", `"KP""`, "countries.csv:3:1: expected a closing quote, found the end of the file", `"KP""`},
		{"return inside", "KP,a\x01\rb", "countries.csv:3:4: expected text without control characters, found U+0001", "KP|a\x01\rb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, end := range []string{"\n", "\r\n"} {
				text := strings.ReplaceAll(countriesAround(c.rows), "\n", end)
				rows := mustRead(t, mustOpenFS(t, files{"countries.csv": text}.fsys(t)).Files()[0])
				require.Len(t, rows, 3)
				assert.Equal(t, []string{c.fault}, rows[1].Faults)
				assert.Equal(t, c.raw, strings.Join(rows[1].Raw, "|"))
				assert.Equal(t, int64(3), rows[2].Number)
				assert.Equal(t, []any{"ZZ", "last"}, rows[2].Values, "the reader goes on")
				assert.Equal(t, int64(len(text)), rows[2].Offset)
			}
		})
	}
}

func TestRecords_ARowOverTheLimitIsCutOffAndTheNextIsRead(t *testing.T) {
	limits := datapackage.Limits{RecordBytes: 32}
	for _, c := range []struct{ name, rows, fault, raw string }{
		{"plain", "KP," + strings.Repeat("x", 90), "countries.csv:3:1: expected a record of at most 32 bytes, found a longer one, cut off there", "KP," + strings.Repeat("x", 29)},
		{"quoted", `KP,"` + strings.Repeat("x", 90) + `"`, "countries.csv:3:1: expected a record of at most 32 bytes, found a longer one, cut off there", `KP,"` + strings.Repeat("x", 28)},
		{"unclosed", "KP,\"x\nAB,b\nCD,c\nEF,d\nGH,e\nIJ,f\nKL,g\nMN,h", "countries.csv:3:4: expected a closing quote within a record of at most 32 bytes, found none", `KP|"x`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := datapackage.OpenFS(t.Context(), files{"countries.csv": countriesAround(c.rows)}.fsys(t), limits)
			require.NoError(t, err)
			rows := mustRead(t, p.Files()[0])
			assert.Equal(t, []string{c.fault}, rows[1].Faults)
			assert.Equal(t, c.raw, strings.Join(rows[1].Raw, "|"))
			assert.Equal(t, []any{"ZZ", "last"}, rows[len(rows)-1].Values)
			for _, r := range rows[2:] {
				assert.Empty(t, r.Faults)
			}
		})
	}
}

func TestRecords_MarkReturnsBlankLinesAndOrderOfColumnsDoNotMatter(t *testing.T) {
	plain := mustRead(t, mustOpenFS(t, files{"countries.csv": "code,name\nKP,\"a\nb\"\nCN,China\n"}.fsys(t)).Files()[0])
	odd := "\ufeffname,colour,code\r\n\r\n\"a\nb\",red,KP\r\n\r\nChina,,CN"
	p := mustOpenFS(t, files{"countries.csv": odd}.fsys(t))
	rows := mustRead(t, p.Files()[0])
	require.Len(t, rows, 2)
	for i := range rows {
		assert.Equal(t, plain[i].Values, rows[i].Values)
		assert.Equal(t, plain[i].Number, rows[i].Number)
	}
	assert.Equal(t, []string{"a\nb", "red", "KP"}, rows[0].Raw)
	assert.Equal(t, []string{`countries.csv: the column "colour" is unknown and was left out`}, p.Notices())
	assert.Equal(t, int64(len(odd)), rows[1].Offset)
}

func TestRecord_PositionCountsLinesAndCharacters(t *testing.T) {
	p := mustOpenFS(t, files{"countries.csv": "\ufeffname,code\n\"Кор\nея\",KP\nx,CN\n"}.fsys(t))
	var got []string
	for r, err := range p.Files()[0].Records(t.Context()) {
		require.NoError(t, err)
		got = append(got, r.Position("name").String(), r.Position("code").String(), r.Position("").String(), r.Position("none").String())
	}
	assert.Equal(t, []string{
		"countries.csv:2:1", "countries.csv:3:5", "countries.csv:2:1", "countries.csv:2:1",
		"countries.csv:4:1", "countries.csv:4:3", "countries.csv:4:1", "countries.csv:4:1",
	}, got)
}

func TestRecords_ReadTheSameEachTimeAndStopWhenAsked(t *testing.T) {
	f := mustOpenFS(t, files{"countries.csv": countriesAround(`KP,"x`)}.fsys(t)).Files()[0]
	first := mustRead(t, f)
	for r, err := range f.Records(t.Context()) {
		require.NoError(t, err)
		if r.Number == 2 {
			break
		}
	}
	assert.Equal(t, first, mustRead(t, f))
}

func TestRecords_SeveralPathsAreOneFile(t *testing.T) {
	p := mustOpenFS(t, files{
		"datapackage.json": `{"resources": [{"name": "countries", "path": ["a/1.csv", "./a/2.csv"]}]}`,
		"a/1.csv":          "code,name\nKP,North Korea",
		"a/2.csv":          "name,code\nChina,CN\nJapan,jp\n",
	}.fsys(t))
	f := p.Files()[0]
	rows := mustRead(t, f)
	require.Len(t, rows, 3)
	assert.Equal(t, []any{"CN", "China"}, rows[1].Values)
	assert.Equal(t, int64(3), rows[2].Number)
	assert.Equal(t, []string{`a/2.csv:3:7: expected a country code of two capital letters such as KP, found "jp"`}, rows[2].Faults)
	assert.Equal(t, "a/1.csv and 1 more file", f.Name())
	assert.Equal(t, f.Size(), rows[2].Offset)
}

func TestRecords_EndWithTheContext(t *testing.T) {
	f := mustOpenFS(t, files{"countries.csv": countriesAround("KP,x")}.fsys(t)).Files()[0]
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var read int
	var last error
	for _, err := range f.Records(ctx) {
		read, last = read+1, err
		cancel()
	}
	assert.Equal(t, 2, read, "one record, then the error")
	assert.ErrorIs(t, last, context.Canceled)
}

func TestRecords_AFileThatIsGoneEndsTheSequence(t *testing.T) {
	fsys := files{"countries.csv": countriesAround("KP,x")}.fsys(t).(fstest.MapFS)
	f := mustOpenFS(t, fsys).Files()[0]
	delete(fsys, "countries.csv")
	var errs []string
	for r, err := range f.Records(t.Context()) {
		assert.Nil(t, r)
		errs = append(errs, err.Error())
	}
	assert.Equal(t, []string{"countries.csv: the file cannot be read: file does not exist"}, errs)
}

func TestOpen_FaultsOfTheHeader(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "countries.csv: expected a header with the names of the columns, found an empty file"},
		{"only a mark", "\ufeff\r\n", "countries.csv: expected a header with the names of the columns, found an empty file"},
		{"required column", "code,title\nKP,x\n", "countries.csv:1:1: expected the required column name in the header, found \"code,title\""},
		{"required columns", "\na,b\n", "countries.csv:2:1: expected the required columns code and name in the header, found \"a,b\""},
		{"twice", "code,name,code\n", `countries.csv:1:11: expected each column once, found "code" again`},
		{"other encoding", "code,name,Государства и\xe9\n", "countries.csv:1:1: expected a header in UTF-8, found bytes of another encoding"},
		{"form", "code,na\"me\n", "countries.csv:1:6: expected quotes around the whole value or none, found one inside"},
		{"both", "code,code\n", "countries.csv:1:6: expected each column once, found \"code\" again\ncountries.csv:1:1: expected the required column name in the header, found \"code,code\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := datapackage.OpenFS(t.Context(), files{"countries.csv": c.text}.fsys(t), datapackage.Limits{})
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestOpen_MissingOptionalColumnsAreReportedAndReadAsEmpty(t *testing.T) {
	p := mustOpenFS(t, files{
		"employers.csv": "id,name,region_code,source_id\nE1,Name,RU-PRI,S1\n",
		"regions.csv":   "code,name_en,kind,,\nRU,Russia,COUNTRY,,\n",
		"visas.csv":     "id\n1\n",
	}.fsys(t))
	assert.Equal(t, []string{
		"employers.csv: optional and not there, so read as empty: industry, tax_id, synthetic",
		`regions.csv: the column "" is unknown and was left out`,
		`regions.csv: the column "" is unknown and was left out`,
		"regions.csv: optional and not there, so read as empty: name_local",
		"datapackage.json: resources[2] is none of the known tables and was left out",
	}, p.Notices())
	require.Len(t, p.Files(), 2)
	assert.Equal(t, "regions", p.Files()[0].Table().Name, "in the order of the tables")
	assert.Equal(t, []any{"E1", "Name", "RU-PRI", nil, nil, "S1", false}, mustRead(t, p.Files()[1])[0].Values)
}

func TestRecords_ManyDifferentValuesAreReadRight(t *testing.T) {
	const n = 12_000
	f := mustOpenFS(t, manyPermits(n)).Files()[0]
	seen := map[any]bool{}
	for r, err := range f.Records(t.Context()) {
		require.NoError(t, err)
		require.Empty(t, r.Faults)
		require.Equal(t, fmt.Sprintf("P%07d", r.Number-1), r.Values[0])
		raw := r.Raw()
		for i, v := range r.Values {
			if got := string(datapackage.AppendValue(nil, v)); got != raw[i] {
				t.Fatalf("read %q as %q", raw[i], got)
			}
		}
		seen[r.Values[0]] = true
	}
	assert.Len(t, seen, n)
}

func TestRecords_SeveralReadersAtOnce(t *testing.T) {
	p, err := open(t, zipped(t, "", twoCountries()))
	require.NoError(t, err)
	want := mustRead(t, p.Files()[0])
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			read := 0
			for r, err := range p.Files()[0].Records(t.Context()) {
				if !assert.NoError(t, err) {
					return
				}
				assert.Equal(t, want[read].Values, r.Values)
				read++
			}
			assert.Len(t, want, read)
		})
	}
	readers.Wait()
}
