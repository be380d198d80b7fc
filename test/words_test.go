package test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/words"
)

// TestWords_OfTheCodeAreInEveryLanguage finds the texts that the program says: in Say of code and say of templates, in
// conversions to words.Text, and in maps and lists of these.
func TestWords_OfTheCodeAreInEveryLanguage(t *testing.T) {
	said := map[string]string{}
	template := regexp.MustCompile("\\bsay [.$] (\"[^\"]*\"|`[^`]*`)")
	require.NoError(t, filepath.WalkDir("internal", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "internal/words"):
		case strings.HasSuffix(path, ".go"):
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool { textsOf(n, func(text string) { said[text] = path }); return true })
		case strings.HasSuffix(path, ".html"):
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, found := range template.FindAllStringSubmatch(string(text), -1) {
				words, err := strconv.Unquote(found[1])
				require.NoError(t, err)
				said[words] = path
			}
		}
		return err
	}))
	assert.Greater(t, len(said), 150)
	for text, path := range said {
		if strings.HasPrefix(path, "internal/site/embeds") && words.In("").Has(words.Text("Embed."+text)) {
			text = "Embed." + text
		}
		for _, code := range words.Languages() {
			assert.True(t, code == words.English || words.In(code).Has(words.Text(text)), "%s: %s has no words for %q", path, code, text)
		}
	}
}

// textsOf tells the texts that a node says.
func textsOf(n ast.Node, tell func(string)) {
	literal := func(e ast.Expr) { inLiteral(e, tell) }
	switch x := n.(type) {
	case *ast.CallExpr:
		if f, is := x.Fun.(*ast.Ident); is && f.Name == "phrased" {
			literal(x.Args[0])
		}
		if s, is := x.Fun.(*ast.SelectorExpr); is && len(x.Args) > 0 &&
			(s.Sel.Name == "Say" || s.Sel.Name == "Text" || s.Sel.Name == "subtitle" || s.Sel.Name == "begun") {
			for _, arg := range x.Args[:min(len(x.Args), 2)] {
				if s.Sel.Name != "Say" || arg == x.Args[0] {
					literal(arg)
				}
			}
		}
	case *ast.ValueSpec:
		if isText(x.Type) {
			for _, value := range x.Values {
				literal(value)
			}
		}
	case *ast.CompositeLit:
		switch kind := x.Type.(type) {
		case *ast.MapType:
			if isText(kind.Value) {
				for _, e := range x.Elts {
					literal(e.(*ast.KeyValueExpr).Value)
				}
			}
		case *ast.ArrayType:
			if s, is := kind.Elt.(*ast.StructType); is {
				listTexts(s, x.Elts, literal)
			}
			if isText(kind.Elt) {
				for _, e := range x.Elts {
					literal(e)
				}
			}
		}
	}
}

// listTexts tells the fields of a list of structs that are texts.
func listTexts(s *ast.StructType, members []ast.Expr, literal func(ast.Expr)) {
	at := 0
	for _, field := range s.Fields.List {
		for range field.Names {
			for _, member := range members {
				if m, is := member.(*ast.CompositeLit); is && isText(field.Type) && at < len(m.Elts) {
					literal(m.Elts[at])
				}
			}
			at++
		}
	}
}

// inLiteral tells a literal, one put together of several among them.
func inLiteral(e ast.Expr, tell func(string)) {
	if text, is := constant(e); is && text != "" {
		tell(text)
	}
}

func constant(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(x.Value)
		return text, x.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		left, isLeft := constant(x.X)
		right, isRight := constant(x.Y)
		return left + right, isLeft && isRight
	}
	return "", false
}

func isText(e ast.Expr) bool {
	s, is := e.(*ast.SelectorExpr)
	return is && s.Sel.Name == "Text"
}
