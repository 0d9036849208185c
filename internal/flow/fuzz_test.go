package flow

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte(strings.Repeat("a flow, any flow", 40)))
	f.Fuzz(func(t *testing.T, data []byte) {
		want := anyRecord(&dice{data})
		var got Record
		require.NoError(t, got.Decode(encoded(want)))
		require.Equal(t, want, got)
	})
}

// anyRecord is a record that Decode can give.
func anyRecord(d *dice) Record {
	r := Record{
		Time: testTime + int64(d.below(256)), End: testTime, Start: testTime - d.count(),
		Source: d.end(), Destination: d.end(),
		Transport: strings.ToLower("x" + d.validText()), Initiator: Initiator(d.below(3)),
		Bytes: d.count(), Packets: d.count(), Unidirectional: d.below(2) == 1,
		EndReason: EndReason(d.below(6)),
		Protocol:  strings.ToLower(d.validText()), ProtocolVersion: d.validText(), Server: d.validText(),
		HTTP:    HTTP{d.validText(), d.validText(), d.validText(), d.count(), d.count()},
		TLS:     TLS{d.validText(), d.validText()},
		SMTP:    SMTP{d.count()},
		DNS:     DNS{d.validText(), d.validText()},
		Entropy: float64(d.below(9)),
		Process: Process{d.pid(), d.pid(), d.validText(), d.validText()},
		Lost:    d.count(),
	}
	if !r.Unidirectional {
		r.ReverseBytes, r.ReversePackets = d.count(), d.count()
	}
	for range d.below(maxFTPCommands) {
		r.FTPCommands = append(r.FTPCommands, "x"+d.validText())
	}
	return r
}

// names are the attributes that FuzzDecode spoils.
var names = []string{
	attrSourceAddress, attrSourcePort, attrDestinationAddress, attrDestinationPort,
	attrTransport, attrNetworkType, attrInitiator, attrBytes, attrPackets,
	attrReverseBytes, attrReversePackets, attrStart, attrEnd, attrEndReason,
	attrProtocolName, attrServer, attrHTTPBodySize, attrURLPath, attrFTPCommand, attrSMTPMessageSize,
	attrEntropy, attrPID, attrCommandLine, attrLost, "unheard.of",
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{}, uint64(testTime))
	f.Add([]byte{0, 7, 3, 9, 255, 1, 2, 3, 4, 200, 90}, uint64(0))
	f.Fuzz(func(t *testing.T, data []byte, stamp uint64) {
		d := &dice{data}
		lr := encoded(everything())
		lr.SetTimestamp(pcommon.Timestamp(stamp))
		for range d.below(8) {
			d.value(lr.Attributes().PutEmpty(names[d.below(len(names))]))
		}
		requireStable(t, lr)
	})
}

func FuzzDecodeWire(f *testing.F) {
	logs := plog.NewLogs()
	everythingRecord := everything()
	everythingRecord.Encode(logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
	wire, err := (&plog.ProtoMarshaler{}).MarshalLogs(logs)
	require.NoError(f, err)
	f.Add(wire)
	f.Fuzz(func(t *testing.T, data []byte) {
		logs, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data)
		if err != nil {
			return
		}
		for _, resource := range logs.ResourceLogs().All() {
			new(Resource).Decode(resource.Resource())
			for _, scope := range resource.ScopeLogs().All() {
				for _, lr := range scope.LogRecords().All() {
					requireStable(t, lr)
				}
			}
		}
	})
}

// requireStable asks that lr is refused, or gives a record that survives
// encoding once its text is valid.
func requireStable(t *testing.T, lr plog.LogRecord) {
	t.Helper()
	var r, again Record
	if err := r.Decode(lr); err != nil {
		var refused *RecordError
		require.ErrorAs(t, err, &refused)
		return
	}
	require.NoError(t, again.Decode(encoded(r)))
	makeValid(&r)
	require.Equal(t, r, again)
}

func makeValid(r *Record) {
	for _, text := range []*string{
		&r.Transport, &r.Protocol, &r.ProtocolVersion, &r.Server,
		&r.HTTP.Method, &r.HTTP.Path, &r.HTTP.UserAgent, &r.TLS.Version, &r.TLS.JA4,
		&r.DNS.QuestionName, &r.DNS.QuestionType, &r.Process.Executable, &r.Process.CommandLine,
	} {
		*text = strings.ToValidUTF8(*text, "\uFFFD")
	}
	r.FTPCommands = slices.Clone(r.FTPCommands)
	for i := range r.FTPCommands {
		r.FTPCommands[i] = strings.ToValidUTF8(r.FTPCommands[i], "\uFFFD")
	}
	if len(r.FTPCommands) == 0 {
		r.FTPCommands = nil
	}
	r.Ignored = 0
}
