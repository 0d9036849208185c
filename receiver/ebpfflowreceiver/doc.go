// Package ebpfflowreceiver sees what every container on a Linux host sends and
// receives, and says so as flow log records.
package ebpfflowreceiver

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
