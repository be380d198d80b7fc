package db

import "homebound/internal/confidential"

// Perturbed tells whether real rows may have taken part in the report's figures, and the release masks these.
func (rep *Report) Perturbed() bool {
	only := rep.Query.Filter.Synthetic
	return rep.release.Perturbed() && (only == nil || !*only)
}

// Perturbed tells whether figures of the register are made of masked rows.
func (r *Release) Perturbed() bool { return r.confidential > 0 }

// show makes of the figures of masked rows those that are handed out: nobody is to take one for a count of a few people.
// Every answer with figures of the register passes here, before it is ordered, chosen from or cut into pages.
func (rep *Report) show(rows []ReportRow) {
	if !rep.Perturbed() {
		return
	}
	for i := range rows {
		v := &rows[i].Values
		for _, count := range []*int{
			&v.PermitsIssued, &v.WorkersAuthorised, &v.WorkersPresent, &v.WorkersRepatriated,
		} {
			*count = rep.release.shown(*count)
		}
		if peak := rep.release.shown(v.PeakWorkersPresent); peak != v.PeakWorkersPresent {
			v.PeakWorkersPresent, v.PeakOn = peak, 0
		}
		if mean := v.AverageWorkersPresent(); mean < float64(rep.release.confidential) {
			v.WorkerDays = int(confidential.Show(rep.release.confidential, mean)) * v.Days
		}
		if v.wageWorkers < rep.release.confidential {
			v.AverageMonthlyWage = nil
		}
	}
}

// shown returns a count of masked rows as it is handed out.
func (r *Release) shown(count int) int {
	if r.confidential == 0 {
		return count
	}
	return int(confidential.Show(r.confidential, float64(count)))
}
