// Package exfilconnector is the exfil processor's engine as a connector: flow
// records come in from one pipeline, alert log records go out into another.
package exfilconnector

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
