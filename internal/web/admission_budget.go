package web

import (
	"fmt"
	"net/http"
	"time"

	"homebound/internal/access"
)

// tell writes the policy and what is left into a header, as draft-ietf-httpapi-ratelimit-headers-10 has it; t
// counts the seconds until the budget is whole again.
func tell(p *access.Limiter, now time.Time, header http.Header) {
	if p == nil {
		return
	}
	header.Set("RateLimit-Policy", fmt.Sprintf("%q;q=%d;w=%d", p.Name, p.Budget.Cost, access.Seconds(p.Budget.Per)))
	header.Set("RateLimit", fmt.Sprintf("%q;r=%d;t=%d", p.Name, p.Left(now), access.Seconds(p.UntilWhole(now))))
}
