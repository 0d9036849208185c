package flow

import (
	"net/netip"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
)

var testTime = time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC).UnixNano()

// upload is an HTTP upload over IPv4: 20 attributes when encoded.
func upload() Record {
	return Record{
		Time: testTime, Start: testTime - 10e9, End: testTime - 1,
		Source:      netip.MustParseAddrPort("172.17.0.2:41234"),
		Destination: netip.MustParseAddrPort("203.0.113.7:80"),
		Transport:   "tcp", Initiator: InitiatorSource,
		Bytes: 10 << 20, Packets: 7_300, ReverseBytes: 512, ReversePackets: 3_600,
		EndReason: EndActiveTimeout,
		Protocol:  "http", Server: "drop.example.com",
		HTTP:    HTTP{Method: "PUT", Path: "/archive.tgz"},
		Process: Process{PID: 4242, Executable: "/usr/bin/curl"},
	}
}

// everything has a value in each field that is encoded.
func everything() Record {
	r := upload()
	r.Source = netip.MustParseAddrPort("[2001:db8::2]:41234")
	r.Destination = netip.MustParseAddrPort("[2001:db8::7]:443")
	r.ProtocolVersion = "1.1"
	r.HTTP.UserAgent, r.HTTP.BodySize, r.HTTP.Requests = "curl/8.5.0", 10<<20, 2
	r.TLS = TLS{Version: "1.3", JA4: "t13d1516h2_8daaf6152771_b186095e22b6"}
	r.DNS = DNS{QuestionName: "drop.example.com", QuestionType: "AAAA"}
	r.SMTP = SMTP{MessageSize: 10_485_760}
	r.FTPCommands = []string{"AUTH TLS", "STOR"}
	r.Entropy = 7.99
	r.Process.ParentPID, r.Process.CommandLine = 4241, "curl -u *** -T archive.tgz"
	r.Lost = 3
	return r
}

func encoded(r Record) plog.LogRecord {
	lr := plog.NewLogRecord()
	r.Encode(lr)
	return lr
}
