package port

import "homebound/internal/labour"

// Source is where something was published, as answers have it and as the site's files say it on. What a document does
// not ask for is empty, and left out again.
type Source struct {
	ID          string            `json:"id,omitempty"`
	Title       string            `json:"title"`
	Publisher   string            `json:"publisher"`
	URL         string            `json:"url,omitempty"`
	PublishedOn string            `json:"publishedOn,omitempty"`
	Kind        labour.SourceKind `json:"kind"`
	Licence     string            `json:"licence,omitempty"`
}
