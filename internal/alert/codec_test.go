package alert

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

func TestRoundTrip(t *testing.T) {
	minimal := Alert{ID: "a", Status: Open, Severity: Low, Time: testTime}
	for name, want := range map[string]Alert{"incident": incident(), "minimal": minimal} {
		t.Run(name, func(t *testing.T) {
			lr := encoded(want)
			require.True(t, Is(lr))
			got := incident()
			require.NoError(t, got.Decode(lr))
			assert.Equal(t, want, got)
		})
	}
}

func TestEncodedForm(t *testing.T) {
	lr := encoded(incident())
	assert.Equal(t, "exfil.alert", lr.EventName())
	assert.EqualValues(t, testTime, lr.Timestamp())
	assert.Equal(t, plog.SeverityNumberError3, lr.SeverityNumber())
	assert.Equal(t, "ERROR3", lr.SeverityText())
	assert.Equal(t, "web sent 12 MiB to drop.example.com by HTTP PUT.", lr.Body().Str())

	raw := lr.Attributes().AsRaw()
	assert.Equal(t, []any{
		map[string]any{
			"rule": "http_upload", "technique": "T1048.003", "unit": "By",
			"observed": float64(12 << 20), "threshold": float64(10 << 20),
			"score": 60.0, "weight": 2.5,
			"sentence": "PUT /archive.tgz declared 12 MiB.",
		},
		map[string]any{
			"rule": "bulk_upload", "technique": "T1020", "unit": "By",
			"observed": float64(12 << 20), "threshold": float64(10 << 20), "baseline": float64(1 << 10),
			"score": 40.0, "weight": 0.0,
			"sentence": "12 MiB in one minute against 1 KiB before.",
		},
	}, raw["exfil.evidence"])
	delete(raw, "exfil.evidence")
	assert.Equal(t, map[string]any{
		"exfil.alert.id": "6f1f2f0e-2c58-5f0e-9d2b-0d6f1c8f3a11", "exfil.alert.status": "update",
		"exfil.score": 87.5, "exfil.score.prior": Prior, "exfil.bytes": int64(12 << 20),
		"exfil.destination.address": "203.0.113.7", "exfil.destination.port": int64(80),
		"exfil.destination.domain": "drop.example.com", "exfil.destination.protocol": "http",
		"exfil.first_seen": testTime - 60e9, "exfil.last_seen": testTime,
		"exfil.techniques": []any{"T1048.003", "T1020"}, "exfil.tactic": "TA0010",
		"security_rule.name": "http_upload", "security_rule.category": "exfiltration",
		"security_rule.description":  "An upload by HTTP.",
		"security_rule.reference":    "https://attack.mitre.org/techniques/T1048/003/",
		"security_rule.version":      "1",
		"security_rule.ruleset.name": "otelcol-exfil",
		"exfil.process.pid":          int64(42), "exfil.process.parent_pid": int64(41),
		"exfil.process.executable.path": "/usr/bin/curl",
		"exfil.process.command_line":    "curl -T archive.tgz",
		"exfil.files":                   []any{"/srv/archive.tgz"},
		"exfil.observer.lost":           int64(3),
	}, raw)
}

func TestEncodeWritesWhatJSONAndProtobufCanCarry(t *testing.T) {
	a := incident()
	a.Score = math.NaN()
	a.Evidence[0].Observed = math.Inf(1)
	a.Body = "sent \xff"
	a.Process.CommandLine = "cat \xff"
	lr := encoded(a)
	assert.Equal(t, "sent \uFFFD", lr.Body().Str())
	raw := lr.Attributes().AsRaw()
	assert.NotContains(t, raw, "exfil.score")
	assert.NotContains(t, raw["exfil.evidence"].([]any)[0], "observed")
	assert.Equal(t, "cat \uFFFD", raw["exfil.process.command_line"])
}

func TestSeverityWords(t *testing.T) {
	tests := []struct {
		severity   Severity
		text, word string
	}{
		{Low, "WARN", "low"},
		{Medium, "ERROR", "medium"},
		{High, "ERROR3", "high"},
		{Critical, "FATAL", "critical"},
		{Severity(14), "", "unknown"},
	}
	for _, test := range tests {
		assert.Equal(t, test.text, test.severity.Text())
		assert.Equal(t, test.word, test.severity.String())
	}
}
