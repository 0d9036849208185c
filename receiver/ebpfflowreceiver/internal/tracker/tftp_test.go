package tracker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

// A TFTP server answers from a port of its own: the transfer is the container's all
// the same, if it asked for it.
func TestTFTPTransfer(t *testing.T) {
	request, transfer := datagrams(1, "203.0.113.10:69"), datagrams(1, "203.0.113.10:50000")
	transfer.Initiator = event.Remote
	for name, c := range map[string]struct {
		said      event.Event
		protocol  string
		initiator flow.Initiator
	}{
		"asked for":    {says(request, "\x00\x02loot\x00octet\x00"), "tftp", flow.InitiatorSource},
		"not asked":    {says(request, "nothing of that kind"), "", flow.InitiatorDestination},
		"by the other": {hears(request, "\x00\x02loot\x00octet\x00"), "", flow.InitiatorDestination},
	} {
		t.Run(name, func(t *testing.T) {
			records := newScene(t).run(t, c.said, moved(transfer, 1<<20))
			require.NotEmpty(t, records)
			last := records[len(records)-1]
			assert.Equal(t, c.protocol, last.Protocol)
			assert.Equal(t, c.initiator, last.Initiator)
		})
	}
}
