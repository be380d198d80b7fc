package web

import "net/http"

// embeds registers the pages that other sites take in, and what they find them by.
func (s *Site) embeds(_ *http.ServeMux) {}
