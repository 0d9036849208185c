package config

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

const ordinaryRecord = `{"resourceLogs": [{"scopeLogs": [{"logRecords": [
	{"timeUnixNano": "1700000000000000000", "body": {"stringValue": "somebody's own log line"}}]}]}]}`

// The gateway needs neither a kernel nor root, so it starts for real everywhere.
// A record that is no flow goes in over OTLP and comes out of its exporter.
func TestGatewayPassesOnWhatIsNoFlow(t *testing.T) {
	received := make(chan string, 1)
	backend := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		received <- r.URL.Path + " " + unpacked(r.Body)
	}))
	defer backend.Close()
	env := append(distribution.Environment(t), "OTLP_ENDPOINT="+backend.URL)
	p := distribution.Start(t, filepath.Join(distribution.Root(t), "config", "gateway.yaml"), env...)
	require.True(t, p.Ready(), p.Output())
	assert.Equal(t, http.StatusOK, healthOf(t, env))

	logs := "http://" + distribution.Value(env, "LISTEN_HTTP") + "/v1/logs"
	r, err := http.Post(logs, "application/json", strings.NewReader(ordinaryRecord))
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	require.Equal(t, http.StatusOK, r.StatusCode)
	select {
	case request := <-received:
		assert.Contains(t, request, "/v1/logs")
		assert.Contains(t, request, "somebody's own log line")
	case <-p.Ended():
		t.Fatal(p.Output())
	}

	require.NoError(t, p.Stop(), p.Output())
	assert.NotContains(t, p.Output(), "\terror\t")
}

// unpacked reads a body that the exporter compressed, as it does by default.
func unpacked(body io.Reader) string {
	r, err := gzip.NewReader(body)
	if err != nil {
		return err.Error()
	}
	content, err := io.ReadAll(r)
	if err != nil {
		return err.Error()
	}
	return string(content)
}

func healthOf(t *testing.T, env []string) int {
	r, err := http.Get("http://" + distribution.Value(env, "HEALTH_ENDPOINT"))
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	return r.StatusCode
}
