//go:build race

package db_test

// everyNth thins out what takes long under the race detector and has one goroutine alone.
const everyNth = 4
