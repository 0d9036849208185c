package tracker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

func TestFTPDataChannel(t *testing.T) {
	control := socket(1, "203.0.113.10:21")
	passive := socket(2, "203.0.113.10:50000")
	active := event.Socket{Cookie: 2, Cgroup: victim, Protocol: 6, Initiator: event.Remote,
		Local: end("10.0.0.2:41000"), Remote: end("203.0.113.10:20")}
	natted := socket(2, "198.51.100.1:50000")
	for name, c := range map[string]struct {
		said    event.Event
		channel event.Socket
		want    string
	}{
		"passive":               {hears(control, "227 Entering Passive Mode (203,0,113,10,195,80)\r\n"), passive, "ftp-data"},
		"passive, behind NAT":   {hears(control, "227 Entering Passive Mode (198,51,100,1,195,80)\r\n"), natted, "ftp-data"},
		"passive, not obeyed":   {hears(control, "227 Entering Passive Mode (192,168,1,1,195,80)\r\n"), passive, "ftp-data"},
		"extended passive":      {hears(control, "229 Entering Extended Passive Mode (|||50000|)\r\n"), passive, "ftp-data"},
		"active":                {says(control, "PORT 10,0,0,2,160,40\r\n"), active, "ftp-data"},
		"extended active":       {says(control, "EPRT |1|10.0.0.2|41000|\r\n"), active, "ftp-data"},
		"another port":          {hears(control, "229 Entering Extended Passive Mode (|||50001|)\r\n"), passive, ""},
		"another server's":      {hears(control, "229 Entering Extended Passive Mode (|||50000|)\r\n"), natted, ""},
		"another container's":   {hears(control, "229 Entering Extended Passive Mode (|||50000|)\r\n"), in(other, passive), ""},
		"over UDP it is no FTP": {hears(control, "229 Entering Extended Passive Mode (|||50000|)\r\n"), datagrams(2, "203.0.113.10:50000"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			records := newScene(t).run(t,
				hears(control, "220 FTP ready\r\n"), says(control, "USER username\r\n"), c.said,
				says(control, "STOR stolen_data.txt\r\n"), moved(c.channel, 1<<20), ended(control, 90))
			require.Len(t, records, 3)
			store, data, last := records[0], records[1], records[2]
			if c.channel.Cgroup == other {
				data, last = last, data // a batch is grouped by container
			}
			assert.Equal(t, c.want, data.Protocol)
			assert.EqualValues(t, 1<<20, data.Bytes)
			assert.Equal(t, "ftp", store.Protocol)
			assert.Contains(t, store.FTPCommands, "STOR", "told at once")
			assert.Contains(t, store.FTPCommands, "USER")
			assert.NotContains(t, store.FTPCommands, "username")
			assert.Empty(t, last.FTPCommands, "told once")
		})
	}
}

// A sweep of live sockets may be read before what the ring still holds.
func TestFTPDataChannelSweptBeforeItsAnnouncement(t *testing.T) {
	control, data := socket(1, "203.0.113.10:21"), socket(2, "203.0.113.10:50000")
	records := newScene(t).run(t, moved(data, 1000),
		hears(control, "220 FTP ready\r\n"), hears(control, "229 Entering Extended Passive Mode (|||50000|)\r\n"),
		moved(data, 1<<20))
	require.Len(t, records, 2)
	assert.Empty(t, records[0].Protocol)
	assert.Equal(t, "ftp-data", records[1].Protocol)
}

func in(cgroup uint64, s event.Socket) event.Socket {
	s.Cgroup = cgroup
	return s
}

// AUTH counts when the server has agreed (RFC 4217 4).
func TestAuthTLS(t *testing.T) {
	control := socket(1, "203.0.113.10:21")
	open := []event.Event{hears(control, "220 FTP ready\r\n"), says(control, "AUTH TLS\r\n")}
	hello := clientHello(t, "ftp.example")

	t.Run("refused", func(t *testing.T) {
		records := newScene(t).run(t, append(open, hears(control, "502 No.\r\n"), says(control, "USER username\r\n"), ended(control, 1))...)
		require.Len(t, records, 1)
		assert.Equal(t, []string{"USER"}, records[0].FTPCommands)
	})
	t.Run("accepted", func(t *testing.T) {
		records := newScene(t).run(t, append(open, hears(control, "234 Go on.\r\n"), says(control, hello), ended(control, 1))...)
		require.Len(t, records, 2)
		assert.Equal(t, []string{"AUTH TLS"}, records[0].FTPCommands, "told at once")
		assert.Equal(t, "ftp", records[1].Protocol, "still")
		assert.Equal(t, "ftp.example", records[1].Server)
		assert.Empty(t, records[1].FTPCommands)
		assert.NotEmpty(t, records[1].TLS.JA4)
	})
}

// An agreement to what was not seen asked for names no mechanism.
func TestAgreementToNothing(t *testing.T) {
	control := socket(1, "203.0.113.10:21")
	records := newScene(t).run(t, hears(control, "220 FTP ready\r\n"), hears(control, "234 Go on.\r\n"), ended(control, 1))
	for _, r := range records {
		assert.Empty(t, r.FTPCommands)
	}
}

func TestEncryptedDataChannelStaysOne(t *testing.T) {
	control, channel := socket(1, "203.0.113.10:21"), socket(2, "203.0.113.10:50000")
	records := newScene(t).run(t, hears(control, "220 FTP ready\r\n"),
		hears(control, "229 Entering Extended Passive Mode (|||50000|)\r\n"),
		says(channel, clientHello(t, "ftp.example")), ended(channel, 1<<20))
	require.Len(t, records, 1)
	assert.Equal(t, "ftp-data", records[0].Protocol)
	assert.Equal(t, "1.3", records[0].TLS.Version)
}

func TestManyCommands(t *testing.T) {
	control := socket(1, "203.0.113.10:21")
	events := []event.Event{hears(control, "220 FTP ready\r\n")}
	for range 100 {
		events = append(events, says(control, "NOOP\r\n"))
	}
	records := newScene(t).run(t, append(events, ended(control, 1))...)
	require.Len(t, records, 1)
	assert.Len(t, records[0].FTPCommands, 16)
	assert.Equal(t, flow.EndOfFlow, records[0].EndReason)
}
