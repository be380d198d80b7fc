// Package labour holds the words of the field as Go types: dates, regions, permits, repatriations, measures, evidence.
//
// It does no I/O and imports nothing of the project. All dates are calendar dates, and both ends of every period are
// included.
package labour
