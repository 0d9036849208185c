package l7

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func ftp(commands ...string) Message {
	return Message{Protocol: "ftp", FTP: FTPControl{Commands: commands}}
}

func ftpData(address string, active bool, commands ...string) Message {
	m := ftp(commands...)
	m.FTP.Data, m.FTP.Active = netip.MustParseAddrPort(address), active
	return m
}

func TestFTP(t *testing.T) {
	secured := ftp()
	secured.FTP.Secured = true
	cut := ftp("PORT")
	cut.cut = true
	extended := ftp()
	extended.FTP.Data = netip.AddrPortFrom(netip.Addr{}, 6446)
	for name, test := range map[string]struct {
		sample, known string
		port          uint16
		want          Message
	}{
		"greeting by name":     {"220 (vsFTPd 3.0.3)\r\n", "", 2100, ftp()},
		"greeting by port":     {"220 Welcome\r\n", "", 21, ftp()},
		"greeting, many lines": {"220-Welcome\r\n all\r\n220 ProFTPD Server\r\n", "", 4000, ftp()},
		"login":                {"USER bob\r\n", "", 4000, ftp("USER")},
		"password":             {"PASS s3cret\r\n", "ftp", 21, ftp("PASS")},
		"pipelined":            {"USER bob\r\nPASS s3cret\r\nTYPE I\r\nEPSV\r\nSTOR stolen_data.txt\r\n", "", 4000, ftp("USER", "PASS", "TYPE", "EPSV", "STOR")},
		"lower case":           {"user bob\npass x\nstor a\n", "", 4000, ftp("USER", "PASS", "STOR")},
		"repeated":             {"STOR a\r\nSTOR b\r\n", "ftp", 21, ftp("STOR")},
		"AUTH TLS":             {"AUTH TLS\r\n", "", 4000, ftp("AUTH TLS")},
		"list of features":     {"211-Features:\r\n AUTH TLS\r\n EPSV\r\n211 End\r\n", "ftp", 21, ftp()},
		"auth ssl":             {"auth ssl\r\n", "ftp", 21, ftp("AUTH SSL")},
		"AUTH with a secret":   {"AUTH s3cret\r\n", "ftp", 21, ftp("AUTH")},
		"AUTH accepted":        {"234 Proceed with negotiation.\r\n", "ftp", 21, secured},
		"protect":              {"PBSZ 0\r\nPROT P\r\n", "ftp", 21, ftp("PBSZ", "PROT")},
		"after Telnet signals": {"\xff\xf4\xff\xf2ABOR\r\n", "ftp", 21, ftp("ABOR")},
		"unknown command":      {"XSECRET a\r\nNOOP\r\n", "ftp", 21, ftp("NOOP")},
		"reply":                {"331 Please specify the password.\r\n", "ftp", 21, ftp()},
		"227":                  {"227 Entering Passive Mode (198,51,100,7,156,64).\r\n", "", 4000, ftpData("198.51.100.7:40000", false)},
		"227 bare":             {"227 =198,51,100,7,156,64\r\n", "ftp", 21, ftpData("198.51.100.7:40000", false)},
		"229":                  {"229 Entering Extended Passive Mode (|||6446|)\r\n", "", 4000, extended},
		"PORT":                 {"PORT 192,0,2,9,4,1\r\nSTOR a\r\n", "", 4000, ftpData("192.0.2.9:1025", true, "PORT", "STOR")},
		"EPRT IPv4":            {"EPRT |1|192.0.2.9|6275|\r\n", "", 4000, ftpData("192.0.2.9:6275", true, "EPRT")},
		"EPRT IPv6":            {"EPRT |2|2001:db8::9|5282|\r\n", "", 4000, ftpData("[2001:db8::9]:5282", true, "EPRT")},
		"228":                  {"228 Entering Long Passive Mode (4,4,198,51,100,7,2,156,64).\r\n", "", 4000, ftpData("198.51.100.7:40000", false)},
		"LPRT IPv4":            {"LPRT 4,4,192,0,2,9,2,4,1\r\n", "", 4000, ftpData("192.0.2.9:1025", true, "LPRT")},
		"LPRT IPv6":            {"LPRT 6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,9,2,20,162\r\n", "", 4000, ftpData("[2001:db8::9]:5282", true, "LPRT")},
		"LPRT short":           {"LPRT 4,4,192,0,2,9,2,4\r\n", "ftp", 21, ftp("LPRT")},
		"LPRT huge":            {"LPRT 4,255,192,0,2,9,2,4,1\r\n", "ftp", 21, ftp("LPRT")},
		"LPRT wide port":       {"LPRT 4,4,192,0,2,9,3,1,4,1\r\n", "ftp", 21, ftp("LPRT")},
		"PORT out of range":    {"PORT 192,0,2,9,4,256\r\n", "ftp", 21, ftp("PORT")},
		"PORT zero":            {"PORT 192,0,2,9,0,0\r\n", "ftp", 21, ftp("PORT")},
		"cut PORT":             {"PORT 192,0,2,9,4,1", "ftp", 21, cut},
		"227 nonsense":         {"227 (1,2,3)\r\n", "ftp", 21, ftp()},
		"229 nonsense":         {"229 (||6446|)\r\n", "ftp", 21, ftp()},
		"229 huge":             {"229 (|||99999999999999999999|)\r\n", "ftp", 21, ftp()},
	} {
		t.Run(name, func(t *testing.T) {
			in := Input{Payload: []byte(test.sample), Known: test.known, RemotePort: test.port}
			assert.Equal(t, test.want, Parse(in))
			checkTruncated(t, in, "ftp")
		})
	}
}

func TestNotFTP(t *testing.T) {
	for sample, port := range map[string]uint16{
		"220 mail.example ESMTP Postfix\r\n": 21,
		"220 hello\r\n":                      4000,
		"USER bob\r\n":                       110,
		"PASS x\r\n":                         6667,
		"230 ok\r\n":                         4000,
		"log line\r\nSTOR a\r\n":             4000,
		"STORM a\r\n":                        4000,
	} {
		_, told := parseFTP(Input{Payload: []byte(sample), RemotePort: port})
		assert.False(t, told, "%q", sample)
	}
}

func TestFTPManyCommandsAreBounded(t *testing.T) {
	sample := strings.Repeat("NOOP\r\n", 600) + "STOR a\r\n"
	m := Parse(Input{Payload: []byte(sample), Known: "ftp"})
	assert.Equal(t, []string{"NOOP", "STOR"}, m.FTP.Commands)
}

func TestSMTP(t *testing.T) {
	for _, test := range []struct {
		sample, known string
		port          uint16
		want          string
	}{
		{"220 mail.example ESMTP Postfix\r\n", "", 4000, "smtp"},
		{"220 mail.example\r\n", "", 25, "smtp"},
		{"220 mail.example\r\n", "", 4000, ""},
		{"EHLO client\r\n", "", 4000, "smtp"},
		{"helo client\r\n", "", 4000, "smtp"},
		{"MAIL FROM:<a@b>\r\n", "", 4000, "smtp"},
		{"mail is here\r\n", "", 4000, ""},
		{"AUTH PLAIN s3cret\r\n", "smtp", 4000, "smtp"},
		{"250 ok\r\n", "smtp", 25, "smtp"},
		{"Subject: x\r\n", "smtp", 25, ""},
	} {
		in := Input{Payload: []byte(test.sample), Known: test.known, RemotePort: test.port}
		m := Parse(in)
		assert.Equal(t, test.want, m.Protocol, "%q", test.sample)
		checkTruncated(t, in, "smtp")
	}
}

func BenchmarkFTP(b *testing.B) {
	benchmark(b, Input{Payload: []byte("227 Entering Passive Mode (198,51,100,7,156,64).\r\n"), Known: "ftp", RemotePort: 21})
}

func BenchmarkFTPStore(b *testing.B) {
	benchmark(b, Input{Payload: []byte("STOR stolen_data.txt\r\n"), Known: "ftp", RemotePort: 21})
}
