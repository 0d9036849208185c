package application

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/l7"
)

// described is what a state tells a record.
func described(s *State) flow.Record {
	var r flow.Record
	s.Describe(&r)
	return r
}

func TestSizesCountsAndQuestionsAreSaidOnce(t *testing.T) {
	var s State
	s.Learn(&l7.Message{Protocol: "http", Version: "1.1", Server: "a.example", HTTP: l7.HTTPRequest{Method: "PUT", Path: "/x", BodySize: 5, More: 2}})
	s.Learn(&l7.Message{HTTP: l7.HTTPRequest{Method: "POST", Path: "/y", BodySize: 3}, SMTP: l7.SMTPMessage{Size: 9}})
	s.Learn(&l7.Message{DNS: l7.DNSMessage{QuestionName: "q.example", QuestionType: "A"}})
	first, second := described(&s), described(&s)
	assert.Equal(t, flow.HTTP{Method: "POST", Path: "/y", BodySize: 5, Requests: 4}, first.HTTP)
	assert.EqualValues(t, 9, first.SMTP.MessageSize)
	assert.Equal(t, "q.example", first.DNS.QuestionName)
	assert.Equal(t, flow.HTTP{Method: "POST", Path: "/y"}, second.HTTP)
	assert.Zero(t, second.SMTP)
	assert.Zero(t, second.DNS)
	assert.Equal(t, "a.example", second.Server)
}

// AUTH counts once the server agrees (RFC 4217 4).
func TestARefusedAUTHIsNotTold(t *testing.T) {
	var s State
	s.Learn(&l7.Message{Protocol: FTP, FTP: l7.FTPControl{Commands: []string{"USER", "AUTH TLS"}}})
	assert.Equal(t, []string{"USER"}, described(&s).FTPCommands)
	s.Learn(&l7.Message{FTP: l7.FTPControl{Secured: true}})
	assert.Equal(t, []string{"AUTH TLS"}, described(&s).FTPCommands)
}

func TestWhatIsKnown(t *testing.T) {
	var s State
	assert.Empty(t, s.Known())
	s.Learn(&l7.Message{Entropy: 7.9})
	assert.Equal(t, "unknown", s.Known())
	s.Learn(&l7.Message{Protocol: "tls"})
	assert.Equal(t, "tls", s.Known())
	assert.Zero(t, described(&s).Entropy)

	var data State
	data.Expect(FTPData)
	assert.Empty(t, data.Known(), "its first bytes may know better")
	data.Learn(&l7.Message{Entropy: 5})
	assert.Equal(t, FTPData, data.Known())
	assert.Equal(t, FTPData, described(&data).Protocol)
}

func TestUrgent(t *testing.T) {
	for name, c := range map[string]struct {
		m    l7.Message
		want bool
	}{
		"nothing":       {l7.Message{}, false},
		"a small body":  {l7.Message{HTTP: l7.HTTPRequest{Method: "PUT", BodySize: urgentBody - 1}}, false},
		"a body":        {l7.Message{HTTP: l7.HTTPRequest{Method: "PUT", BodySize: urgentBody}}, true},
		"a chunked one": {l7.Message{HTTP: l7.HTTPRequest{Method: "PUT", Chunked: true}}, true},
		"a mail":        {l7.Message{SMTP: l7.SMTPMessage{Size: urgentBody}}, true},
		"a download":    {l7.Message{FTP: l7.FTPControl{Commands: []string{"RETR"}}}, false},
		"an upload":     {l7.Message{FTP: l7.FTPControl{Commands: []string{"TYPE", "STOU"}}}, true},
		"a question":    {l7.Message{DNS: l7.DNSMessage{QuestionName: "a"}}, true},
		"an answer":     {l7.Message{DNS: l7.DNSMessage{QuestionName: "a", Response: true}}, false},
	} {
		assert.Equal(t, c.want, Urgent(&c.m), name)
	}
}
