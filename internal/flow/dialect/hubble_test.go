package dialect

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// testdata/hubble.jsonl has the form of real output of `hubble observe -o json`
// (Cilium 1.17 to 1.19) with other names in it, and follows api/v1/flow's
// flow.proto where no real output was at hand: requests, losses, sockets.
func TestHubble(t *testing.T) {
	all := reads(t, &hubble, jsonLines(t, "hubble.jsonl"))
	require.Len(t, all, 9)

	checkout := flow.Resource{Pod: "checkout-9b649846d-bxqfc", Namespace: "shop", Deployment: "checkout",
		Node: "worker-1", Cluster: "production"}
	assert.Equal(t, flow.Record{
		Time: 1771922619070396373, End: 1771922619070396373,
		Source: addr("10.0.1.235:60524"), Destination: addr("203.0.113.9:443"),
		Transport: "tcp", Initiator: flow.InitiatorSource, Unidirectional: true, Server: "paste.example.net",
	}, all[0].record)
	assert.Equal(t, checkout, all[0].source)
	assert.Zero(t, all[0].destination)

	reply := all[1]
	assert.Equal(t, flow.InitiatorDestination, reply.record.Initiator)
	assert.Equal(t, "paste.example.net", reply.record.Server)
	assert.Equal(t, checkout, reply.destination)
	assert.Zero(t, reply.source)

	assert.Nil(t, all[2], "dropped by policy")
	assert.Nil(t, all[4], "a response")
	assert.Nil(t, all[8], "a socket hook's")
	assert.Equal(t, int64(42), all[7].record.Lost)
	assert.True(t, all[7].silent)
}

func TestHubbleRequests(t *testing.T) {
	all := reads(t, &hubble, jsonLines(t, "hubble.jsonl"))
	question := all[3].record
	assert.Equal(t, flow.DNS{QuestionName: "uploads.example.com", QuestionType: "TXT"}, question.DNS)
	assert.Equal(t, "dns", question.Protocol)
	assert.Equal(t, "production", all[3].source.Cluster, "by label")
	assert.Equal(t, "coredns", all[3].destination.Deployment)

	request := all[5]
	assert.Equal(t, flow.HTTP{Method: "PUT", Path: "/drop/****", UserAgent: "curl/8.5.0", BodySize: 73400320, Requests: 1},
		request.record.HTTP)
	assert.Equal(t, "files.example.net", request.record.Server)
	assert.Equal(t, "1.1", request.record.ProtocolVersion)
	assert.Equal(t, "ledger", request.source.StatefulSet)
	assert.Equal(t, addr("[2001:db8:9::9]:80"), request.record.Destination)

	bare := all[6]
	assert.Equal(t, "icmp", bare.record.Transport)
	assert.Equal(t, "backup", bare.source.CronJob)
}

// No secret of the request is anywhere in what is said.
func TestHubbleTellsNoSecrets(t *testing.T) {
	for _, s := range reads(t, &hubble, jsonLines(t, "hubble.jsonl")) {
		if s == nil {
			continue
		}
		text, err := json.Marshal(s.record)
		require.NoError(t, err)
		for _, secret := range []string{"hunter2", "s3cr3t", "ghp_", "Bearer"} {
			assert.NotContains(t, string(text), secret)
		}
	}
}

// Both ends are pods; the question is the asking one's.
func TestHubbleQuestionIsTheAskersAlone(t *testing.T) {
	r, err := NewReader(Options{})
	require.NoError(t, err)
	_, flows, err := r.Read(jsonLines(t, "hubble.jsonl")[3])
	require.NoError(t, err)
	require.Len(t, flows, 2)
	assert.Equal(t, "checkout", flows[0].Resource.Deployment)
	assert.Equal(t, "uploads.example.com", flows[0].Record.DNS.QuestionName)
	assert.Equal(t, "coredns", flows[1].Resource.Deployment)
	assert.Zero(t, flows[1].Record.DNS)
}

// What Hubble lost is told with the next flow.
func TestHubbleLosses(t *testing.T) {
	r, err := NewReader(Options{})
	require.NoError(t, err)
	lines := jsonLines(t, "hubble.jsonl")
	for range 2 {
		_, flows, err := r.Read(lines[7])
		require.NoError(t, err)
		assert.Empty(t, flows)
	}
	for _, want := range []int64{84, 0} {
		_, flows, err := r.Read(lines[0])
		require.NoError(t, err)
		assert.Equal(t, want, flows[0].Record.Lost)
	}
}

func TestHubbleVerdicts(t *testing.T) {
	for verdict, carried := range map[string]bool{
		"FORWARDED": true, "REDIRECTED": true, "TRANSLATED": true, "AUDIT": true,
		"DROPPED": false, "ERROR": false, "TRACED": false, "VERDICT_UNKNOWN": false, "": false,
	} {
		lr := jsonLines(t, "hubble.jsonl")[6]
		lr.Body().Map().PutStr("verdict", verdict)
		s, err := readOne(t, &hubble, lr)
		require.NoError(t, err)
		assert.Equal(t, carried, !s.silent, verdict)
	}
}

func TestHubbleURLs(t *testing.T) {
	for url, want := range map[string][2]string{
		"http://Example.com/a?b=c":      {"example.com", "/a"},
		"http://example.com":            {"example.com", ""},
		"/only/path?q=1":                {"", "/only/path"},
		"http://a:b@[::1]:80/x":         {"::1", "/x"},
		"http://user:pa/ss@example.com": {"example.com", ""},
		"":                              {"", ""},
		"https://exa mple.com/x":        {"", "/x"},
	} {
		lr := jsonLines(t, "hubble.jsonl")[5]
		put(t, lr.Body().Map(), []string{"flow", "l7", "http", "url"}, url)
		s, err := readOne(t, &hubble, lr)
		require.NoError(t, err)
		assert.Equal(t, want, [2]string{s.record.Server, s.record.HTTP.Path}, url)
	}
}

func TestHubbleOfBadValues(t *testing.T) {
	request := jsonLines(t, "hubble.jsonl")[5].Body().Map().AsRaw()
	nameSpoiled(t, &hubble, request["flow"].(map[string]any), "IP/source", "IP/destination", "l4/TCP/source_port",
		"l4/TCP/destination_port", "l4/TCP", "l7/http", "l7/http/method", "l7/http/url", "l7/http/headers", "l7", "source",
		"source/workloads", "source/ID", "destination", "time", "is_reply", "node_name", "verdict")
	nameSpoiled(t, &hubble, request, "flow")
}
