package web

import "net/http"

// feed registers the feed of releases.
func (s *Site) feed(_ *http.ServeMux) {}
