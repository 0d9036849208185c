package l7

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	ftpGreeting = "220-Welcome\r\n220 ready\r\n"
	ftpLogin    = "USER bob\r\nPASS s3cret\r\n"
)

// Every way to a data channel, wherever its line is split.
func TestFollowFTPSplitLines(t *testing.T) {
	onlyPort := netip.AddrPortFrom(netip.Addr{}, 6446)
	for announcement, want := range map[turn]netip.AddrPort{
		{Ingress, "227 Entering Passive Mode (198,51,100,7,156,64).\r\n"}:            netip.MustParseAddrPort("198.51.100.7:40000"),
		{Ingress, "228 Entering Long Passive Mode (4,4,198,51,100,7,2,156,64).\r\n"}: netip.MustParseAddrPort("198.51.100.7:40000"),
		{Ingress, "229 Entering Extended Passive Mode (|||6446|)\r\n"}:               onlyPort,
		{Egress, "PORT 192,0,2,9,4,1\r\n"}:                                           netip.MustParseAddrPort("192.0.2.9:1025"),
		{Egress, "EPRT |2|2001:db8::9|5282|\r\n"}:                                    netip.MustParseAddrPort("[2001:db8::9]:5282"),
		{Egress, "LPRT 6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,9,2,20,162\r\n"}:       netip.MustParseAddrPort("[2001:db8::9]:5282"),
	} {
		for n := 1; n <= len(announcement.text); n++ {
			told := follow(t, NewFollower("ftp", ""), n, turn{Ingress, ftpGreeting}, turn{Egress, ftpLogin}, announcement, turn{Egress, "STOR stolen_data.txt\r\n"})
			var commands []string
			var data netip.AddrPort
			for _, m := range told {
				assert.Equal(t, "ftp", m.Protocol)
				commands = append(commands, m.FTP.Commands...)
				if m.FTP.Data.Port() != 0 {
					data = m.FTP.Data
					assert.Equal(t, announcement.from == Egress, m.FTP.Active)
				}
			}
			assert.Equal(t, want, data)
			assert.Contains(t, commands, "USER")
			assert.Contains(t, commands, "STOR")
			assert.NotContains(t, commands, "s3cret")
		}
	}
}

func TestFollowFTPSecured(t *testing.T) {
	f := NewFollower("ftp", "")
	told := follow(t, f, 3, turn{Ingress, ftpGreeting}, turn{Egress, "AUTH TLS\r\n"}, turn{Ingress, "234 Proceed\r\n"})
	assert.True(t, f.Done())
	assert.True(t, told[len(told)-1].FTP.Secured)

	f = NewFollower("ftp", "")
	m, news := f.Follow(Input{Payload: specHello("h2")}, false)
	assert.True(t, news && f.Done(), "the answer was not captured")
	assert.Equal(t, "tls", m.Protocol)
}

func TestFollowFTPGap(t *testing.T) {
	f := NewFollower("ftp", "")
	_, news := f.Follow(Input{Payload: []byte("STOR a")}, false)
	assert.False(t, news)
	m, _ := f.Follow(Input{Payload: []byte("bc\r\nAPPE d\r\n")}, true)
	assert.Equal(t, []string{"APPE"}, m.FTP.Commands, "a torn line says little")
}

func BenchmarkFollowFTP(b *testing.B) {
	b.ReportAllocs()
	f := NewFollower("ftp", "")
	for b.Loop() {
		f.Follow(Input{Payload: []byte("STOR stolen_data.txt\r\n")}, false)
	}
}

func FuzzFollowFTP(f *testing.F) {
	fuzzFollower(f, func() Follower { return &ftpFollower{} }, ftpGreeting+ftpLogin, "AUTH TLS\r\n234 ok\r\n", "LPRT 4,4,1,2,3,4,2,5,6\r\n")
}
