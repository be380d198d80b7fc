package web_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// hostile is a request that wants to harm. Its file begins with the statuses and codes that are right for it; what
// stands between << and >> is a template, which makes it as large as it is meant to be.
type hostile struct {
	name            string
	raw             []byte // as it goes over the wire
	statuses, codes []string
}

func hostileRequests(t *testing.T) (all []hostile) {
	t.Helper()
	paths, err := filepath.Glob("testdata/hostile/*")
	require.NoError(t, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		head, rest, _ := strings.Cut(string(text), "\n")
		expected, ok := strings.CutPrefix(head, "# expect: ")
		require.True(t, ok, path)
		source, err := template.New(path).Delims("<<", ">>").Funcs(template.FuncMap{
			"repeat": func(n int, s string) string { return strings.Repeat(s, n) },
		}).Parse(rest)
		require.NoError(t, err)
		var out bytes.Buffer
		require.NoError(t, source.Execute(&out, nil))
		statuses, codes, _ := strings.Cut(expected, " ")
		h := hostile{name: filepath.Base(path), statuses: strings.Split(statuses, "|"), codes: strings.Split(codes, "|")}
		if filepath.Ext(path) == ".graphql" {
			body, err := json.Marshal(map[string]string{"query": out.String()})
			require.NoError(t, err)
			h.raw = onTheWire("POST /graphql HTTP/1.1\nHost: homebound.example\nContent-Type: application/json", body)
		} else {
			lines, body, _ := strings.Cut(out.String(), "\n\n")
			h.raw = onTheWire(lines, []byte(body))
		}
		all = append(all, h)
	}
	return all
}

func onTheWire(lines string, body []byte) []byte {
	if len(body) > 0 && !strings.Contains(lines, "Content-Length") {
		lines += fmt.Sprintf("\nContent-Length: %d", len(body))
	}
	return append([]byte(strings.ReplaceAll(lines, "\n", "\r\n")+"\r\n\r\n"), body...)
}

// send writes a request as it is and reads the answer. The server may well answer before it has read all.
func (h hostile) send(t *testing.T, address string) sitetest.Reply {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(sitetest.WaitFor)))
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = conn.Write(h.raw)
	}()
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	_ = conn.Close()
	<-sent
	return sitetest.Reply{Status: response.StatusCode, Header: response.Header, Body: string(body)}
}

func TestHostileRequests_CostLittleAndAreToldWhatIsWrong(t *testing.T) {
	testsize.Long(t)
	const (
		longest = 100 * time.Millisecond
		most    = 50 << 20 // bytes that the server and this test allocate together
	)
	s := sitetest.New(t)
	s.Config.MaxHeaderBytes = 32 << 10 // as the program has it
	s.Publish(300)
	for _, query := range []string{"{release{number}}", "{permits(first:1){nodes{id}}}"} {
		require.NotContains(t, s.Post(query).Body, `"errors"`)
	}
	requests := hostileRequests(t)
	require.Greater(t, len(requests), 80)
	for _, h := range requests {
		t.Run(h.name, func(t *testing.T) {
			quickest, least := time.Hour, uint64(1<<62)
			var answer sitetest.Reply
			for range 3 { // of which the best counts: the machine has other things to do as well
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				start := time.Now()
				answer = h.send(t, s.Listener.Addr().String())
				quickest = min(quickest, time.Since(start))
				runtime.ReadMemStats(&after)
				least = min(least, after.TotalAlloc-before.TotalAlloc)
			}
			assert.Less(t, quickest, longest*slower)
			assert.Less(t, least, uint64(most))
			assert.Contains(t, h.statuses, strconv.Itoa(answer.Status), answer.Body)
			assert.Less(t, len(answer.Body), 16<<10, "what is refused is not answered at length")
			if h.codes[0] == "" && len(h.codes) == 1 {
				return
			}
			var shown struct{ Errors []sitetest.Failure }
			require.NoError(t, json.Unmarshal([]byte(answer.Body), &shown), answer.Body)
			if len(shown.Errors) == 0 {
				assert.Contains(t, h.codes, "", answer.Body)
			}
			for _, e := range shown.Errors {
				assert.Contains(t, h.codes, e.Extensions.Code, answer.Body)
				assert.NotEmpty(t, e.Message)
				assert.NotContains(t, e.Message, "goroutine")
				assert.NotContains(t, e.Message, ".go:")
			}
		})
	}
	assert.Equal(t, `{"data":{"release":{"number":1}}}`+"\n", s.Post("{release{number}}").Body, "the server lives")
	assert.NotContains(t, s.Log.String(), "ERROR")
}

// TestSQL_IsAStringLikeAnyOther puts SQL into every argument and input field that takes text.
func TestSQL_IsAStringLikeAnyOther(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	type ref struct {
		Kind, Name string
		OfType     *ref
	}
	type field struct {
		Name string
		Type ref
		Args []struct {
			Name         string
			Type         ref
			DefaultValue *string
		}
	}
	var schema struct {
		Data struct {
			Schema struct {
				Types []struct {
					Name        string
					Fields      []field
					InputFields []field
				}
			} `json:"__schema"`
		}
	}
	const typed = "type{kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name}}}}}"
	text := s.Post("{__schema{types{name fields{name " + typed + " args{name defaultValue " + typed + "}} inputFields{name " + typed + "}}}}").Body
	require.NoError(t, json.Unmarshal([]byte(text), &schema), text)
	inputs := map[string][]field{}
	var roots []field
	for _, kind := range schema.Data.Schema.Types {
		inputs[kind.Name] = kind.InputFields
		if kind.Name == "Query" {
			roots = kind.Fields
		}
	}
	spell := func(r ref, bottom func(name string) string) string {
		var of func(r ref) string
		of = func(r ref) string {
			switch r.Kind {
			case "NON_NULL":
				return of(*r.OfType)
			case "LIST":
				return "[" + of(*r.OfType) + "]"
			}
			return bottom(r.Name)
		}
		return of(r)
	}
	tried := 0
	for _, sql := range []string{`' OR 1=1 --`, `\"; DROP TABLE permits; --`, `x' UNION SELECT sql FROM sqlite_master --`, `%' ESCAPE '`, `$1; COPY x TO '/tmp/x'`} {
		quoted := `"` + sql + `"`
		for _, root := range roots {
			for _, arg := range root.Args {
				var values []string
				spell(arg.Type, func(name string) string {
					switch {
					case name == "String" || name == "ID":
						values = append(values, spell(arg.Type, func(string) string { return quoted }))
					default:
						for _, input := range inputs[name] {
							spell(input.Type, func(leaf string) string {
								if leaf == "String" || leaf == "ID" {
									values = append(values, spell(arg.Type, func(string) string {
										return "{" + input.Name + ": " + spell(input.Type, func(string) string { return quoted }) + "}"
									}))
								}
								return ""
							})
						}
					}
					return ""
				})
				for _, value := range values {
					tried++
					answer := s.Post(fmt.Sprintf("{%s(%s: %s){__typename}}", root.Name, arg.Name, value))
					assert.Equal(t, http.StatusOK, answer.Status)
					assert.NotContains(t, answer.Body, "INTERNAL", "%s(%s: %s)", root.Name, arg.Name, value)
					assert.NotContains(t, answer.Body, "syntax error")
				}
			}
		}
	}
	assert.Greater(t, tried, 100, "values that were tried")
	assert.Empty(t, s.Log.String())
	assert.Contains(t, s.Post("{permits(first: 1){totalCount}}").Body, `"totalCount":300`)
}

// TestSlowBodies_HoldNobodyUp leaves requests half sent.
func TestSlowBodies_HoldNobodyUp(t *testing.T) {
	testsize.Long(t)
	t.Parallel()
	s := newStreamSite(t)
	var slow []net.Conn
	for range 50 {
		conn, err := net.Dial("tcp", s.cuttable.Addr().String())
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, "POST /graphql HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
		require.NoError(t, err)
		slow = append(slow, conn)
	}
	for range 5 {
		assert.Contains(t, s.Post("{release{number}}").Body, `"number":2`)
		for _, conn := range slow {
			_, _ = io.WriteString(conn, "1\r\n \r\n")
		}
		time.Sleep(100 * time.Millisecond)
	}
	for _, conn := range slow[:3] { // the server reads a request no longer than its ReadTimeout, which is a second here
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(sitetest.WaitFor)))
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		assert.Equal(t, http.StatusRequestTimeout, response.StatusCode)
	}
}

// FuzzRequest holds that no body, query string and Accept header make the server fail: the answer is a GraphQL
// answer, and never one of status 500.
func FuzzRequest(f *testing.F) {
	for _, seed := range []struct{ body, address, accept string }{
		{`{"query":"{release{number}}"}`, "query={release{number}}", "application/json"},
		{`{"query":"query($c:String!){region(code:$c){code}}","variables":{"c":"RU"}}`, "query=query($n:Int){permits(first:$n){nodes{id}}}&variables={\"n\":1}", "*/*;q=0.1"},
		{`[{"query":"{a}"}]`, "extensions={\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"00\"}}", "application/graphql-response+json"},
		{`{"query":"{...A} fragment A on Query{...A}","operationName":7}`, "query=%00%ff&variables=null", "text/html"},
		{`{"query":"\ud800 {region(code:\"\u0000\"){code}}"}`, "query=mutation{a}", ""},
		{"\xff\xfe{", "%zz", "application/json;charset=utf-16"},
		{`{"query":"{report(groupBy:[REGION],granularity:YEAR){rows{permitsIssued}}}"}`, "query={claims(first:1){nodes{check{verdict}}}}", "application/json"},
		{`{"query":"{permits(first:1,after:\"AA\"){nodes{id}}}","extensions":{"operationId":"1"}}`, "query={node(id:\"\"){id}}", "application/json"},
	} {
		f.Add([]byte(seed.body), seed.address, seed.accept)
	}
	s := sitetest.WithRelease(f)
	handler := s.Config.Handler
	f.Fuzz(func(t *testing.T, body []byte, address, accept string) {
		if strings.Contains(accept, "event-stream") {
			t.Skip("a stream is no document")
		}
		for _, r := range []*http.Request{
			{Method: http.MethodPost, URL: &url.URL{Path: "/graphql"}, Body: io.NopCloser(bytes.NewReader(body))},
			{Method: http.MethodGet, URL: &url.URL{Path: "/graphql", RawQuery: address}, Body: http.NoBody},
		} {
			r.Proto, r.ProtoMajor, r.ProtoMinor, r.Host, r.RemoteAddr = "HTTP/1.1", 1, 1, "homebound.example", "192.0.2.1:1234"
			r.Header = http.Header{}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept", accept)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r.WithContext(t.Context()))
			require.NotContains(t, []int{0, 500, 501, 502, 503}, w.Code, "%s", w.Body)
			require.True(t, slices.Contains([]string{"application/json; charset=utf-8", "application/graphql-response+json; charset=utf-8"}, w.Header().Get("Content-Type")), w.Header())
			var answer struct {
				Data   json.RawMessage
				Errors []sitetest.Failure
			}
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer), w.Body)
			require.True(t, answer.Data != nil || len(answer.Errors) > 0, w.Body)
			for _, e := range answer.Errors {
				require.NotEmpty(t, e.Message)
				require.NotContains(t, []string{"", "INTERNAL"}, e.Extensions.Code, "%s for %q %q", w.Body, body, address)
			}
		}
	})
}
