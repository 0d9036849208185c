package l7

import (
	"fmt"
	"io"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// smtpOpening leads to the point where a client sends its first message.
var smtpOpening = []turn{
	{Ingress, "220 mail.example ESMTP\r\n"}, {Egress, "EHLO client\r\n"}, {Ingress, "250-mail.example\r\n250-SIZE\r\n250 CHUNKING\r\n"},
}

func sizes(told []Message) (last SMTPMessage, largest int64) {
	for _, m := range told {
		last, largest = m.SMTP, max(largest, m.SMTP.Size)
	}
	return last, largest
}

func TestFollowSMTP(t *testing.T) {
	mail := turn{Egress, "MAIL FROM:<\"> SIZE=9\"@client> BODY=8BITMIME SIZE=70000\r\nRCPT TO:<b@far>\r\nDATA\r\n"}
	goAhead := turn{Ingress, "250 ok\r\n550 no such user\r\n354 go ahead\r\n"}
	body := "Subject: x\r\n\r\n..stuffed\r\n.\rDATA\r\nMAIL FROM:<x> SIZE=1\r\n\n.\n" + strings.Repeat("QUJD\r\n", 40)
	counted := int64(len(body) - 2) // two stuffed dots
	sent := turn{Egress, body + ".\r\n"}
	for name, test := range map[string]struct {
		turns []turn
		want  SMTPMessage
	}{
		"DATA":        {[]turn{mail, goAhead, sent}, SMTPMessage{counted, true}},
		"declared":    {[]turn{mail}, SMTPMessage{70000, false}},
		"refused":     {[]turn{mail, {Ingress, "250 ok\r\n250 ok\r\n452 no\r\n"}, {Egress, "RSET\r\nQUIT\r\n"}}, SMTPMessage{70000, false}},
		"two":         {[]turn{mail, goAhead, sent, {Ingress, "250 ok\r\n"}, {Egress, "MAIL FROM:<a>\r\nDATA\r\n"}, {Ingress, "250 ok\r\n354 go\r\n"}, {Egress, "abc\r\n.\r\nQUIT\r\n"}}, SMTPMessage{5, true}},
		"empty":       {[]turn{mail, goAhead, {Egress, ".\r\n"}}, SMTPMessage{0, true}},
		"chunks":      {[]turn{{Egress, "MAIL FROM:<a>\r\nBDAT 5\r\nab\r\nc"}, {Ingress, "250 ok\r\n"}, {Egress, "BDAT 7 LAST\r\n.\r\nMAILQUIT\r\n"}}, SMTPMessage{12, true}},
		"empty chunk": {[]turn{{Egress, "MAIL FROM:<a>\r\nBDAT 3\r\nabcBDAT 0 last\r\n"}}, SMTPMessage{3, true}},
		"no size":     {[]turn{{Egress, "MAIL FROM:<a> SIZE=x\r\nMAIL FROM:<a> SIZE=-1\r\nMAIL FROM:<a> SIZE=7 \r\n"}}, SMTPMessage{7, false}},
	} {
		for _, n := range []int{1, 2, 3, 5, 7, 64, 10000} {
			told := follow(t, NewFollower("smtp", ""), n, append(smtpOpening, test.turns...)...)
			last, _ := sizes(told)
			if name == "DATA" && n == 10000 {
				assert.Len(t, told, 2)
			}
			assert.Equal(t, test.want, last, "%s in pieces of %d", name, n)
		}
	}
}

// overheard keeps what both sides of a connection say, in order.
type overheard struct {
	net.Conn
	mu    sync.Mutex
	turns []turn
}

func (o *overheard) hear(from Direction, p []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.turns = append(o.turns, turn{from, string(p)})
}

func (o *overheard) Write(p []byte) (int, error) {
	o.hear(Egress, p)
	return o.Conn.Write(p)
}

func (o *overheard) Read(p []byte) (int, error) {
	n, err := o.Conn.Read(p)
	o.hear(Ingress, p[:n])
	return n, err
}

// acceptMail answers a client until it quits.
func acceptMail(server net.Conn) {
	text := textproto.NewConn(server)
	_ = text.PrintfLine("220 far.example ESMTP")
	for {
		line, err := text.ReadLine()
		verb, _, _ := strings.Cut(line, " ")
		switch {
		case err != nil || verb == "QUIT":
			_ = text.PrintfLine("221 bye")
			return
		case verb == "DATA":
			_ = text.PrintfLine("354 go ahead")
			_, _ = io.Copy(io.Discard, text.DotReader())
		}
		_ = text.PrintfLine("250 ok")
	}
}

func TestFollowSMTPRealClient(t *testing.T) {
	near, far := net.Pipe()
	ended := make(chan struct{})
	go func() { acceptMail(far); close(ended) }()
	heard := &overheard{Conn: near}
	client, err := smtp.NewClient(heard, "far.example")
	require.NoError(t, err)
	message := "Subject: x\r\n\r\n.\r\n..\r\n" + strings.Repeat("0123456789\r\n.", 3000) + "\r\n"
	for range 2 {
		require.NoError(t, client.Mail("a@near.example"))
		require.NoError(t, client.Rcpt("b@far.example"))
		content, err := client.Data()
		require.NoError(t, err)
		_, err = io.WriteString(content, message)
		require.NoError(t, err)
		require.NoError(t, content.Close())
	}
	require.NoError(t, client.Quit())
	<-ended
	var done []int64
	for _, m := range follow(t, NewFollower("smtp", ""), 1460, heard.turns...) {
		if m.SMTP.Done {
			done = append(done, m.SMTP.Size)
		}
	}
	assert.Equal(t, []int64{int64(len(message)), int64(len(message))}, done)
}

// Half of a connection is enough.
func TestFollowSMTPOneSide(t *testing.T) {
	f := NewFollower("smtp", "")
	told := follow(t, f, 100000, turn{Egress, "EHLO a\r\n"}, turn{Egress, "MAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\n"}, turn{Egress, "abc\r\n"}, turn{Egress, ".\r\n"})
	last, _ := sizes(told)
	assert.Equal(t, SMTPMessage{5, true}, last)
}

func TestFollowSMTPMilestones(t *testing.T) {
	f := NewFollower("smtp", "")
	follow(t, f, 100, append(smtpOpening, turn{Egress, "MAIL FROM:<a>\r\nDATA\r\n"}, turn{Ingress, "250 ok\r\n354 go\r\n"})...)
	told := follow(t, f, 1000, turn{Egress, strings.Repeat("0123456789012345678901234567890123456789012345678\r\n", 10000) + ".\r\n"})
	var got []string
	for _, m := range told {
		got = append(got, fmt.Sprint(m.SMTP.Size/1024, m.SMTP.Done))
	}
	assert.Equal(t, []string{"64 false", "128 false", "257 false", "498 true"}, got)
}

func TestFollowSMTPGaps(t *testing.T) {
	begin := append(smtpOpening[:3:3], turn{Egress, "MAIL FROM:<a>\r\nDATA\r\n"})
	goAhead, done := turn{Ingress, "250 ok\r\n354 go\r\n"}, turn{Ingress, "250 queued\r\n"}

	f := NewFollower("smtp", "")
	follow(t, f, 100, append(begin, goAhead)...)
	_, news := f.Follow(Input{Payload: []byte("abcdef\r\n")}, true)
	assert.False(t, news)
	last, _ := sizes(follow(t, f, 100, done))
	assert.Equal(t, SMTPMessage{8, true}, last, "the end is missing: the server's answer is one")

	f = NewFollower("smtp", "")
	follow(t, f, 100, begin...)
	_, _ = f.Follow(Input{Payload: []byte("xx\r\n"), Direction: Ingress}, true)
	last, _ = sizes(follow(t, f, 100, turn{Egress, "abc\r\n.\r\n"}, done))
	assert.Equal(t, SMTPMessage{5, true}, last, "354 is missing")

	f = NewFollower("smtp", "")
	follow(t, f, 100, smtpOpening...)
	_, _ = f.Follow(Input{Payload: []byte("TA\r\n")}, true)
	last, _ = sizes(follow(t, f, 100, goAhead, turn{Egress, "abc\r\n.\r\n"}))
	assert.Equal(t, SMTPMessage{5, true}, last, "DATA is missing")
}

func TestFollowSMTPSecured(t *testing.T) {
	f := NewFollower("smtp", "")
	follow(t, f, 4, append(smtpOpening, turn{Egress, "STARTTLS\r\n"}, turn{Ingress, "454 not now\r\n"}, turn{Egress, "NOOP\r\n"}, turn{Ingress, "220 odd\r\n"})...)
	assert.False(t, f.Done())
	follow(t, f, 4, turn{Egress, "STARTTLS\r\n"}, turn{Ingress, "220 go\r\n"})
	assert.True(t, f.Done())

	f = NewFollower("smtp", "")
	m, news := f.Follow(Input{Payload: specHello("h2")}, false)
	assert.True(t, news && f.Done())
	assert.Equal(t, "tls", m.Protocol)
}

// A sample tells what is declared in it.
func TestSMTPDeclaredSize(t *testing.T) {
	m := Parse(Input{Payload: []byte("MAIL FROM:<a@b> SIZE=1234\r\nRCPT TO:<c@d>\r\nDATA\r\n"), Known: "smtp"})
	assert.Equal(t, Message{Protocol: "smtp", SMTP: SMTPMessage{Size: 1234}}, m)
	m = Parse(Input{Payload: []byte("EHLO x\r\nMAIL FROM:<a@b>\tsize=99999999999999999999\r\n")})
	assert.Zero(t, m.SMTP.Size)
	m = Parse(Input{Payload: []byte("RSET\r\nDATA\r\nMAIL FROM:<a@b> SIZE=5\r\n"), Known: "smtp"})
	assert.Zero(t, m.SMTP.Size)
}

func BenchmarkFollowSMTPContent(b *testing.B) {
	f := NewFollower("smtp", "")
	follow(b, f, 10000, append(smtpOpening, turn{Egress, "MAIL FROM:<a>\r\nDATA\r\n"}, turn{Ingress, "354 go\r\n"})...)
	segment := []byte(strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", 18))
	b.SetBytes(int64(len(segment)))
	b.ReportAllocs()
	for b.Loop() {
		f.Follow(Input{Payload: segment}, false)
	}
	require.False(b, f.Done())
}

func FuzzFollowSMTP(f *testing.F) {
	all := ""
	for _, turn := range smtpOpening {
		all += turn.text
	}
	fuzzFollower(f, func() Follower { return &smtpFollower{} }, all, "MAIL FROM:<a> SIZE=5\r\nDATA\r\n354 x\r\nabc\r\n..\r\n.\r\n", "BDAT 5 LAST\r\nabcdeSTARTTLS\r\n220 x\r\n")
}
