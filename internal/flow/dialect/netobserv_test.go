package dialect

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// testdata/netobserv.jsonl has the form of the records that NetObserv's
// documentation and tests show ("Network Flows format reference"), with other
// names in it.
func TestNetObserv(t *testing.T) {
	all := reads(t, &netobserv, jsonLines(t, "netobserv.jsonl"))
	require.Len(t, all, 6)
	assert.Equal(t, flow.Record{
		Time: 1709742328703e6, Start: 1709742328660e6, End: 1709742328703e6,
		Source: addr("10.128.0.29:41234"), Destination: addr("203.0.113.9:443"),
		Transport: "tcp", Initiator: flow.InitiatorSource,
		Bytes: 52428800 - 36000*(14+20+32) - 8, Packets: 36000, Unidirectional: true,
	}, all[0].record)
	checkout := flow.Resource{Pod: "checkout-9b649846d-bxqfc", Namespace: "shop", Deployment: "checkout", Node: "worker-1.example"}
	inCluster := checkout
	inCluster.Cluster = "production"
	assert.Equal(t, inCluster, all[0].source)
	assert.Zero(t, all[0].destination)

	assert.Nil(t, all[1], "the receiver's agent; the sender's told it")
	assert.Nil(t, all[3], "a duplicate")
	assert.Nil(t, all[5], "conversation tracking")

	fromOutside := all[2]
	assert.Equal(t, int64(50*1400-50*2*(14+20+32)-8), fromOutside.record.Bytes, "sampled")
	assert.Equal(t, flow.InitiatorDestination, fromOutside.record.Initiator)
	assert.Equal(t, "stock", fromOutside.destination.StatefulSet)

	answer := all[4]
	assert.Equal(t, "uploads.example.com", answer.record.DNS.QuestionName)
	assert.Equal(t, checkout, answer.destination)
	assert.Equal(t, "dns-default", answer.source.DaemonSet)
}

func TestNetObservWithoutBytesSentNone(t *testing.T) {
	lr := jsonLines(t, "netobserv.jsonl")[0]
	lr.Body().Map().Remove("Bytes")
	s, err := readOne(t, &netobserv, lr)
	require.NoError(t, err)
	assert.Zero(t, s.record.Bytes)
}

func TestNetObservNumericFlags(t *testing.T) {
	for flags, want := range map[float64]flow.Initiator{0x112: flow.InitiatorDestination, 0x12: flow.InitiatorSource} {
		lr := jsonLines(t, "netobserv.jsonl")[0]
		lr.Body().Map().PutDouble("Flags", flags)
		s, err := readOne(t, &netobserv, lr)
		require.NoError(t, err)
		assert.Equal(t, want, s.record.Initiator)
	}
}

func TestNetObservOfBadValues(t *testing.T) {
	good := jsonLines(t, "netobserv.jsonl")[0].Body().Map().AsRaw()
	nameSpoiled(t, &netobserv, good, "SrcAddr", "DstAddr", "SrcPort", "DstPort", "Proto", "Bytes", "Packets", "Flags",
		"Sampling", "TimeFlowStartMs", "TimeFlowEndMs", "FlowDirection", "SrcK8S_Type", "SrcK8S_OwnerType", "DnsName",
		"Duplicate", "_RecordType")
}
