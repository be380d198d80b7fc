package embeds

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"homebound/internal/chart"
	"homebound/internal/labour"
	"homebound/internal/site/pictures"
	"homebound/internal/table"
	shared "homebound/internal/words"
)

// embedding is what an embed is asked to show.
type embedding struct {
	words
	chart    string
	values   url.Values
	about    pictures.Subject // what is shown where values do not say
	release  labour.Release
	archived bool            // whether the release was asked for by its number
	current  *labour.Release // the one that is current while an archived one is shown
}

// embedPage is what the page of an embed shows.
type embedPage struct {
	*chart.Picture
	words
	Lang       string
	UnitName   string // what the figures are of
	Chart      string
	Live       bool        // whether it is to follow new releases
	Table      bool        // whether the table is what is to be seen first
	Print      string      // address of the picture for print
	Theme      chart.Theme // "" leaves it to the reader's system
	Release    labour.Release
	Superseded *superseded
	Sources    []Drawing // the first whose medium fits is shown, else Image
	Image      Drawing
	Heads      []Cell
	Rows       [][]Cell
	Share      share
	Controls   controls
	Data       string
	OEmbed     string
}

// superseded tells readers of an archived release which one is current.
type superseded struct {
	Newer  bool
	Number int
	Day    string
	URL    string // of the same chart in the current release
}

// Drawing is the picture in a theme and a width.
type Drawing struct {
	Media         string
	URL           string
	Width, Height int
}

// Cell is a figure or a word of the table.
type Cell struct {
	Text  string
	Right bool   // whether it is a number, which stands below others by its last digit
	Lang  string // of a text that comes with the data and is in another language than the picture; "" elsewhere
	Key   string // what scripts of any page know it by, in every language, where the text is another
}

const (
	// Pictures are drawn in two widths, and shown in the narrow one in frames less wide than embedNarrowBelow. In
	// CSS pixels.
	embedWide, embedNarrow, embedNarrowBelow = 800, 360, 560

	onPhones  = "(max-width: 559px)"
	inTheDark = "(prefers-color-scheme: dark)"
)

// releaseHeader says of which release an embed is. By it one that is live finds out that there is a newer one.
const releaseHeader = "Homebound-Release"

func (s *Embeds) showEmbed(w http.ResponseWriter, r *http.Request, e embedding) {
	theme, err := themeOf(e.values)
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	said, err := languageOf(e.values.Get(langName))
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	table, err := pictures.TableShown(e.values)
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	shown, err := s.charts.Of(r.Context(), e.chart, without(e.values, partnerName))
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	e.words = said
	picture, err := pictures.Styled(shown.Picture, e.values)
	if err == nil {
		_, err = pictures.Options(url.Values{"accent": e.values["accent"]})
	}
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	page := embedPage{Picture: picture, words: e.words, Lang: said.Code(), UnitName: said.Unit(picture.Unit), Chart: e.chart, Live: !e.archived,
		Table: table, Theme: theme, Release: e.release, Share: s.share(e, picture.Title, shown.Citation)}
	_, variables := shown.Question()
	if page.Controls, err = s.controls(r.Context(), e, variables); err != nil {
		s.Refuse(w, r, err)
		return
	}
	page.Sources, page.Image = e.drawings(picture, theme)
	page.Print = e.drawn("", cmp.Or(theme, chart.Light), embedWide, 0).URL
	page.Heads, page.Rows = Cells(picture)
	page.Data = embedPath(e.chart+".csv", pictures.Asked(e.values), e.release.Number)
	number := 0
	if e.archived {
		number = e.release.Number
	}
	page.OEmbed = s.OEmbed(embedPath(e.chart, e.values, number))
	if now := e.current; now != nil && now.Number != e.release.Number {
		page.Superseded = &superseded{now.Number > e.release.Number, now.Number,
			now.PublishedAt.UTC().Format(time.DateOnly), embedPath(e.chart, e.values, 0)}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set(releaseHeader, strconv.Itoa(e.release.Number))
	s.writePage(w, r, "page", page)
}

// drawings returns the addresses of the picture: of this very release, so that figures and picture are never of two.
func (e embedding) drawings(p *chart.Picture, theme chart.Theme) (sources []Drawing, image Drawing) {
	heights := map[int]int{} // are the same in every theme
	for _, width := range []int{embedWide, embedNarrow} {
		heights[width] = p.Height(chart.Options{Theme: chart.Light, Width: width})
	}
	drawn := func(media string, theme chart.Theme, width int) Drawing {
		return e.drawn(media, theme, width, heights[width])
	}
	if theme != "" {
		return []Drawing{drawn(onPhones, theme, embedNarrow)}, drawn("", theme, embedWide)
	}
	return ForEveryReader(drawn)
}

// drawn returns the picture in one theme and width, for a medium.
func (e embedding) drawn(media string, theme chart.Theme, width, height int) Drawing {
	values := without(e.values, slices.Concat(pictures.DrawingParameters, pictures.ViewParameters)...)
	values.Set("theme", string(theme))
	values.Set("width", strconv.Itoa(width))
	return Drawing{media, embedPath(e.chart+".svg", values, e.release.Number), width, height}
}

// ForEveryReader returns a picture in both themes and widths.
func ForEveryReader(drawn func(media string, theme chart.Theme, width int) Drawing) (sources []Drawing, image Drawing) {
	return []Drawing{
		drawn(onPhones+" and "+inTheDark, chart.Dark, embedNarrow), drawn(onPhones, chart.Light,
			embedNarrow), drawn(inTheDark, chart.Dark, embedWide),
	}, drawn("", chart.Light, embedWide)
}

// themeOf returns the theme that an author has chosen, "" for that of the reader's system.
func themeOf(values url.Values) (chart.Theme, error) {
	if !values.Has("theme") {
		return "", nil
	}
	options, err := pictures.Options(url.Values{"theme": values["theme"]})
	return options.Theme, err
}

// without returns the values but for some.
func without(values url.Values, names ...string) url.Values {
	rest := maps.Clone(values)
	for _, name := range names {
		rest.Del(name)
	}
	return rest
}

// Cells writes a picture's data for readers: rounded, since the file beside the table has every digit.
func Cells(p *chart.Picture) (heads []Cell, rows [][]Cell) {
	for _, c := range p.Columns {
		head := func(in shared.Words) string {
			text := in.Called("Column", c.Name)
			if c.Unit != "" {
				text += " (" + in.Unit(c.Unit) + ")"
			}
			return text
		}
		heads = append(heads, cellOf(p.Words, c, head(shared.Words{}), head))
	}
	for _, row := range p.Rows {
		written := make([]Cell, len(row))
		for i, value := range row {
			write := func(in shared.Words) string { return legible(in, value, p.Columns[i]) }
			key, isText := value.(string)
			if !isText {
				key = write(shared.Words{})
			}
			written[i] = cellOf(p.Words, p.Columns[i], key, write)
		}
		rows = append(rows, written)
	}
	return heads, rows
}

// cellOf writes a cell in a language, and beside it what scripts compare, the same in every language, where that is another
// text: codes as the data has them, and numbers as English writes them.
func cellOf(in shared.Words, c table.Column, key string, write func(shared.Words) string) Cell {
	cell := Cell{Text: write(in), Right: numeric(c)}
	if in.Foreign(cell.Text) {
		cell.Lang = shared.English
	}
	if key != cell.Text {
		cell.Key = key
	}
	return cell
}

func numeric(c table.Column) bool { return c.Kind == table.Whole || c.Kind == table.Number }

// legible writes a value for readers.
func legible(in shared.Words, value any, c table.Column) string {
	switch v := value.(type) {
	case nil:
		return "–"
	case bool:
		if v {
			return in.Say("yes")
		}
		return in.Say("no")
	case int64:
		if c.IsName {
			return strconv.FormatInt(v, 10)
		}
		return in.Count(int(v))
	case float64:
		decimals := shared.Decimals(v, 4)
		for decimals > 0 && strings.HasSuffix(strconv.FormatFloat(v, 'f', decimals, 64), "0") {
			decimals--
		}
		return in.Number(v, decimals)
	case string:
		if day, err := labour.ParseDate(v); c.Kind == table.Day && err == nil && !in.IsEnglish() {
			return in.Day(day.Time())
		}
		return in.Called("Cell", v)
	}
	return fmt.Sprint(value)
}
