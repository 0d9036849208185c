// Package exfilprocessor reads flow records, decides when they are data being
// stolen, and says so as alert log records.
package exfilprocessor

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
