package web

import "net/http"

// charts registers what /charts/ gives: the pictures and their data.
func (s *Site) charts(_ *http.ServeMux) {}
