package ruletest

import (
	"net/netip"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// Meanwhile puts a few bytes to another host every half hour between the records,
// since the engine does not believe a clock that jumps by hours.
func Meanwhile(records []flow.Record) []flow.Record {
	const step = int64(30 * time.Minute)
	var all []flow.Record
	for i, r := range records {
		for i > 0 && r.Time-all[len(all)-1].Time > step {
			at := time.Duration(all[len(all)-1].Time + step - Base.UnixNano())
			small := Record(at, 9, 443, 100)
			small.Destination = netip.MustParseAddrPort("198.51.100.1:443")
			all = append(all, small)
		}
		all = append(all, r)
	}
	return all
}
