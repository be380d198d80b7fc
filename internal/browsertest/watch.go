package browsertest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// watch keeps what is a problem among the page's events. Chromium reports them from the page's first message on.
func (b *Browser) watch(event any) {
	if problem := b.judge(event); problem != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.problems = append(b.problems, problem)
	}
}

// judge returns a line for an event that is a problem, "" for any other.
func (b *Browser) judge(event any) string {
	switch event := event.(type) {
	case *log.EventEntryAdded:
		// Violations of the Content-Security-Policy come as entries of the source "security".
		entry := event.Entry
		if entry.Level == log.EntryLevelError || entry.Level == log.EntryLevelWarning {
			return fmt.Sprintf("%s %s: %s (%s)", entry.Source, entry.Level, entry.Text, entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		switch event.Type {
		case runtime.ConsoleAPICalledTypeError, runtime.ConsoleAPICalledTypeWarning, runtime.ConsoleAPICalledTypeAssert:
			return fmt.Sprintf("console %s: %s", event.Type, describe(event.Args...))
		}
	case *runtime.EventExceptionThrown:
		details := event.ExceptionDetails
		if details.Exception == nil {
			return "uncaught exception: " + details.Text
		}
		return "uncaught exception: " + describe(details.Exception)
	case *network.EventRequestWillBeSent:
		if b.foreign(event.Request.URL) {
			return "request to a foreign origin: " + event.Request.URL
		}
	case *network.EventWebSocketCreated:
		if b.foreign(strings.Replace(event.URL, "ws", "http", 1)) {
			return "request to a foreign origin: " + event.URL
		}
	}
	return ""
}

func (b *Browser) foreign(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	local := []string{"data", "blob", "about"} // carry their content with them
	return !slices.Contains(local, u.Scheme) && !slices.Contains(b.origins, u.Scheme+"://"+u.Host)
}

// describe writes values of the page as text: primitive ones as JSON, others as the browser names them.
func describe(values ...*runtime.RemoteObject) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = string(value.Value)
		if value.Description != "" {
			texts[i] = value.Description
		}
	}
	return strings.Join(texts, " ")
}
