// Package netflowreceiver takes NetFlow v5, NetFlow v9 and IPFIX over UDP. Its log
// records have the attributes of collector-contrib's NetFlow receiver.
package netflowreceiver

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
