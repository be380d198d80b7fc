package web

import "net/http"

// exports registers what /export/ gives: tables of the register, the evidence and the answers, as files.
func (s *Site) exports(_ *http.ServeMux) {}
