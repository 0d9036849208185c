package l7

import "bytes"

// greeter tells which protocol's server greets with this "220" line: FTP and
// SMTP both begin so. The line's own words decide, then the port; where neither
// does, the client's first command will.
func greeter(in Input, line []byte) string {
	upper := bytes.ToUpper(line)
	mail, files := bytes.Contains(upper, []byte("SMTP")), bytes.Contains(upper, []byte("FTP"))
	switch {
	case mail != files && mail:
		return "smtp"
	case mail != files:
		return "ftp"
	case in.hasPort(21, 990, 2121):
		return "ftp"
	case in.hasPort(25, 465, 587, 2525):
		return "smtp"
	}
	return ""
}

// replyCode reads the code of an FTP or SMTP reply line (RFC 5321 §4.2, RFC 959
// §4.2), 0 where line is none.
func replyCode(line []byte) int {
	if len(line) < 3 || line[0] < '1' || line[0] > '5' || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0
	}
	code, _ := number(line[:3], 599)
	return int(code)
}

// verbOf is the first word of a command line in upper case, its argument, and
// whether the word's end was seen.
func verbOf(line []byte, ended bool) (verb string, argument []byte, whole bool) {
	word, argument, found := bytes.Cut(line, []byte(" "))
	if len(word) > maxVerb {
		return "", nil, false
	}
	return string(bytes.ToUpper(word)), argument, found || ended
}

// maxVerb is the longest command told: STARTTLS.
const maxVerb = 8
