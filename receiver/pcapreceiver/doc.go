// Package pcapreceiver provides the pcap receiver, which reports what containers
// send and receive as flow log records, from capture files or a network interface.
package pcapreceiver

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
