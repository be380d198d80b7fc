//go:build !race

package db_test

const everyNth = 1
