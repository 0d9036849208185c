package l7

import (
	"bytes"
	"net/netip"
	"slices"
)

// ftpVerbs are the commands told, by RFC 959, 1123, 1639, 2228, 2389, 2428, 2640,
// 3659 and 7151. What is not in this list is never copied from the wire, so no
// stray piece of a password is.
var ftpVerbs = [...]string{
	"USER", "PASS", "ACCT", "CWD", "XCWD", "CDUP", "XCUP", "SMNT", "REIN", "QUIT", "PORT", "PASV",
	"TYPE", "STRU", "MODE", "RETR", "STOR", "STOU", "APPE", "ALLO", "REST", "RNFR", "RNTO", "ABOR",
	"DELE", "RMD", "XRMD", "MKD", "XMKD", "PWD", "XPWD", "LIST", "NLST", "SITE", "SYST", "STAT",
	"HELP", "NOOP", "FEAT", "OPTS", "AUTH", "ADAT", "PROT", "PBSZ", "CCC", "MIC", "CONF", "ENC",
	"EPRT", "EPSV", "LPRT", "LPSV", "LANG", "MDTM", "MFMT", "MLSD", "MLST", "SIZE", "HOST", "CLNT",
}

// ftpMechanisms are those of AUTH (RFC 2228, RFC 4217).
var ftpMechanisms = [...]string{"TLS", "TLS-C", "TLS-P", "SSL", "GSSAPI", "KERBEROS_V4"}

// parseFTP tells lines of an FTP control channel, of either side.
func parseFTP(in Input) (Message, bool) {
	if in.UDP {
		return Message{}, false
	}
	c := ftpControl{in: in, sure: !in.fresh()}
	rest, ended, goesOn := in.Payload, true, true
	for goesOn && ended && len(rest) > 0 {
		var line []byte
		line, rest, ended = nextLine(rest)
		goesOn = c.line(line, ended)
	}
	cut := goesOn && c.lines > 0 && (!ended || c.open && !c.sure)
	return Message{Protocol: "ftp", FTP: c.FTPControl, cut: cut}, c.sure && c.lines > 0
}

// ftpControl collects what the lines of one sample say. Sure says that it is
// FTP: by an earlier sample, or by a line that no other protocol has.
type ftpControl struct {
	FTPControl
	in    Input
	sure  bool
	lines int  // replies and commands seen
	open  bool // a reply of several lines goes on (RFC 959 §4.2)
}

// line takes one line; ended says that its end was seen. It answers false
// where the rest of the sample can be no FTP.
func (c *ftpControl) line(line []byte, ended bool) bool {
	if bytes.HasPrefix(line, []byte(" ")) { // an item of a reply's list, as FEAT's (RFC 2389 §3.2)
		return c.sure || c.lines > 0
	}
	line = bytes.TrimLeftFunc(line, notLetterOrDigit) // Telnet signals before ABOR (RFC 959 §4.1.3)
	if code := replyCode(line); code != 0 {
		c.lines++
		c.open = len(line) > 3 && line[3] == '-'
		c.reply(code, line, ended)
		return true
	}
	verb, argument, whole := verbOf(line, ended)
	known := slices.Index(ftpVerbs[:], verb)
	if !whole || known < 0 {
		return c.sure || c.lines > 0 // within a multi-line reply, or an unknown command
	}
	c.lines++
	c.command(ftpVerbs[known], argument, ended)
	return true
}

func notLetterOrDigit(r rune) bool {
	return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9')
}

func (c *ftpControl) reply(code int, line []byte, ended bool) {
	switch code {
	case 220:
		c.sure = c.sure || greeter(c.in, line) == "ftp"
	case 227:
		c.announce(passiveAddress(line[3:]), ended, false)
	case 228:
		c.announce(longAddress(line[3:]), ended, false)
	case 229:
		c.announce(extendedPassivePort(line[3:]), ended, false)
	case 234:
		c.Secured = true
	}
}

// announce takes a data channel's address from a line that is whole.
func (c *ftpControl) announce(data netip.AddrPort, ended, active bool) {
	if ended && data.Port() != 0 {
		c.Data, c.Active, c.sure = data, active, true
	}
}

func (c *ftpControl) command(verb string, argument []byte, ended bool) {
	switch verb {
	case "PORT":
		c.announce(passiveAddress(argument), ended, true)
	case "LPRT":
		c.announce(longAddress(argument), ended, true)
	case "EPRT":
		c.announce(extendedAddress(argument), ended, true)
	case "AUTH":
		verb = c.mechanism(argument)
	}
	c.sure = c.sure || c.opens(verb)
	if !slices.Contains(c.Commands, verb) {
		c.Commands = append(c.Commands, verb)
	}
}

func (c *ftpControl) mechanism(argument []byte) string {
	for _, mechanism := range ftpMechanisms {
		if bytes.EqualFold(bytes.TrimSpace(argument), []byte(mechanism)) {
			c.sure = true
			return "AUTH " + mechanism
		}
	}
	return "AUTH"
}

// opens tells commands that mark a flow as FTP of which nothing is known yet.
// POP3 and IRC have USER and PASS too.
func (c *ftpControl) opens(verb string) bool {
	switch verb {
	case "STOR", "STOU", "APPE", "EPSV", "LPSV", "PASV", "FEAT", "SYST", "PBSZ", "MLSD":
		return true
	case "USER":
		return !c.in.hasPort(110, 995, 6667)
	}
	return c.in.hasPort(21, 990, 2121)
}
