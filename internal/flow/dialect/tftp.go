package dialect

import (
	"net/netip"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

const (
	portTFTP = 69
	// mostTransfers bounds the TFTP requests that are remembered, and transferSoon is
	// how long after one its answer begins, at the latest, event time in ns.
	mostTransfers = 1 << 10
	transferSoon  = int64(time.Minute)
)

// transfers know who asked whom by TFTP: the server answers from another port
// (RFC 1350 §4), which observers take for a flow that the server opened.
type transfers struct {
	table *simplelru.LRU[transfer, int64] // time of the request
}

// transfer is a client's end, and the host it asked.
type transfer struct {
	client netip.AddrPort
	server netip.Addr
}

func newTransfers() transfers {
	table, err := simplelru.NewLRU[transfer, int64](mostTransfers, nil)
	if err != nil {
		panic("dialect: a limit that is not positive") // it is a constant
	}
	return transfers{table: table}
}

// observe notes a request, and says of an answer's flow who opened it.
func (t *transfers) observe(r *flow.Record) {
	if r.Transport != "udp" || r.Initiator == flow.InitiatorDestination {
		return
	}
	if r.Destination.Port() == portTFTP {
		t.table.Add(transfer{r.Source, r.Destination.Addr()}, max(r.Start, r.Time))
		return
	}
	if t.table.Len() == 0 {
		return
	}
	asked, ok := t.table.Get(transfer{r.Destination, r.Source.Addr()})
	began := r.Time
	if r.Start != 0 {
		began = r.Start
	}
	if ok && began-asked <= transferSoon && asked-began <= transferSoon {
		r.Protocol, r.Initiator = "tftp", flow.InitiatorDestination
	}
}
