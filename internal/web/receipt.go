package web

import "net/http"

// receipts registers what /receipts/ gives: proofs of what was answered.
func (s *Site) receipts(_ *http.ServeMux) {}
