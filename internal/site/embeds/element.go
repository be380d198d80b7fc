package embeds

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
)

// element is the module of <homebound-chart>, with the parameters that charts have put into it.
type element struct {
	script    []byte
	path      string // of these very bytes, for good
	integrity string // as browsers check it
}

// elementPath is where the module is found in whatever version the server has.
const elementPath = "/homebound-chart.js"

// place is where the script has its parameters.
var place = []byte("/* parameters */ { plain: [], parts: {} }")

// newElement puts the parameters of all charts into the script.
func newElement(schema *ast.Schema) element {
	script, err := embedFiles.ReadFile("embed/chart.js")
	if err != nil || !bytes.Contains(script, place) {
		panic(fmt.Sprintf("embeds: the script of the element has no place for parameters: %v", err))
	}
	var known struct {
		Plain []string          `json:"plain"`
		Parts map[string]string `json:"parts"` // the name in attributes, and the parameter's
	}
	known.Parts = map[string]string{}
	plain := map[string]bool{"theme": true, partnerName: true, langName: true}
	for _, name := range slices.Concat(pictures.StyleParameters, pictures.ViewParameters) {
		plain[name] = true
	}
	for _, name := range pictures.Names {
		for _, v := range pictures.DocumentOf(name).Variables {
			if schema.Types[v.Type.Name()].Kind == ast.InputObject {
				known.Parts[attributeOf(v.Variable)] = v.Variable
			} else {
				plain[v.Variable] = true
			}
		}
	}
	known.Plain = slices.Sorted(maps.Keys(plain))
	text, err := json.Marshal(known)
	if err != nil {
		panic(fmt.Sprintf("embeds: %v", err)) // which texts alone cannot bring about
	}
	script = bytes.Replace(script, place, text, 1)
	sum := sha512.Sum384(script)
	return element{script, fmt.Sprintf("/homebound-chart.%x.js", sum[:8]),
		"sha384-" + base64.StdEncoding.EncodeToString(sum[:])}
}

// serve registers the module: in whatever version there is, as these very bytes for pages that hold it against their
// hash, and with a file that tells both.
func (e element) serve(s *Embeds) {
	s.Handle("GET "+elementPath, served("text/javascript; charset=utf-8", "public, max-age=3600", e.script))
	s.Handle("GET "+e.path,
		served("text/javascript; charset=utf-8", "public, max-age=31536000, immutable", e.script))
	var about bytes.Buffer
	if err := port.WriteJSON(&about, map[string]string{"src": s.PublicURL + e.path, "integrity": e.integrity}); err != nil {
		panic(fmt.Sprintf("embeds: %v", err)) // which texts alone cannot bring about
	}
	s.Handle("GET /homebound-chart.json", served("application/json; charset=utf-8", "no-cache", about.Bytes()))
}

// served sends a file to pages of any origin: to those that show an embed, and to the embed itself, which has no origin
// in a sandbox. Modules, and scripts that are held against a hash, are asked for with CORS.
func served(kind, keep string, content []byte) http.HandlerFunc {
	file := port.Asset(kind, keep, content)
	return func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cross-Origin-Resource-Policy", "cross-origin")
		header.Set("Access-Control-Allow-Origin", "*")
		file(w, r)
	}
}

// Element returns what an author pastes into a page to show a chart as an element, as Snippet does for a figure. The
// script is held against its hash.
func (s *Embeds) Element(chart string, values url.Values, release int) string {
	var attributes strings.Builder
	if release > 0 {
		fmt.Fprintf(&attributes, ` release="%d"`, release)
	}
	given := readable(values)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		fmt.Fprintf(&attributes, ` %s="%s"`, attributeOf(name), html.EscapeString(given.Get(name)))
	}
	return fmt.Sprintf(`<homebound-chart chart="%s"%s><a href="%s">%s</a></homebound-chart>`+"\n"+
		`<script type="module" src="%s" integrity="%s" crossorigin="anonymous"></script>`, html.EscapeString(chart),
		attributes.String(), html.EscapeString(s.PublicURL+embedPath(chart, given, release)),
		html.EscapeString(wordsOf(chart, given)), s.PublicURL+s.element.path, s.element.integrity)
}
