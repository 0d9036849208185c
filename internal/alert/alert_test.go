package alert

import (
	"net/netip"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
)

var testTime = time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC).UnixNano()

// incident has a value in each field that is encoded and comes back.
func incident() Alert {
	return Alert{
		ID: "6f1f2f0e-2c58-5f0e-9d2b-0d6f1c8f3a11", Status: Update, Severity: High,
		Score: 87.5, Time: testTime,
		Body:  "web sent 12 MiB to drop.example.com by HTTP PUT.",
		Bytes: 12 << 20,
		Destination: Destination{
			Address: netip.MustParseAddr("203.0.113.7"), Port: 80,
			Domain: "drop.example.com", Protocol: "http",
		},
		FirstSeen: testTime - 60e9, LastSeen: testTime,
		Techniques: []string{"T1048.003", "T1020"},
		Evidence: []Finding{
			{
				Rule: &Rule{
					Name: "http_upload", Category: "exfiltration", Description: "An upload by HTTP.",
					Reference: "https://attack.mitre.org/techniques/T1048/003/", Version: "1",
				},
				Techniques: []string{"T1048.003"},
				Observed:   12 << 20, Threshold: 10 << 20, Unit: "By",
				Score: 60, Weight: 2.5,
				Sentence: "PUT /archive.tgz declared 12 MiB.",
			},
			{
				Rule: &Rule{Name: "bulk_upload"}, Techniques: []string{"T1020"},
				Observed: 12 << 20, Threshold: 10 << 20, Baseline: 1 << 10, Unit: "By",
				Score: 40, Weight: 0,
				Sentence: "12 MiB in one minute against 1 KiB before.",
			},
		},
		Process: Process{PID: 42, ParentPID: 41, Executable: "/usr/bin/curl", CommandLine: "curl -T archive.tgz"},
		Files:   []string{"/srv/archive.tgz"},
		Lost:    3,
	}
}

func encoded(a Alert) plog.LogRecord {
	lr := plog.NewLogRecord()
	a.Encode(lr)
	return lr
}
