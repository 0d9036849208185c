package dialect

import "github.com/otelcol-exfil/otelcol-exfil/internal/flow"

// registry returns the kinds of records that are read, in the order in which they
// are asked.
func registry() []*dialect {
	return []*dialect{
		&zeekConn, &zeekHTTP, &zeekDNS, &zeekSSL, &zeekFTP,
		&suricata,
		&hubble,
		&netflow,
		&vpc,
		&netobserv,
	}
}

// Products are the names of all products whose logs are read.
func Products() []string {
	var names []string
	for _, d := range registry() {
		if len(names) == 0 || names[len(names)-1] != d.product {
			names = append(names, d.product)
		}
	}
	return names
}

// Gives is what a product's records can know, of all its logs together.
func Gives(product string) flow.Fields {
	var all flow.Fields
	for _, d := range registry() {
		if d.product == product {
			all |= d.gives
		}
	}
	return all
}
