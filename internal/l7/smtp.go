package l7

import "bytes"

// parseSMTP tells a mail submission or relay (RFC 5321, LMTP in RFC 2033) from
// the server's greeting or the client's first command.
func parseSMTP(in Input) (Message, bool) {
	if in.UDP {
		return Message{}, false
	}
	line, _, ended := nextLine(in.Payload)
	if code := replyCode(line); code != 0 {
		told := !in.fresh() || code == 220 && greeter(in, line) == "smtp"
		return Message{Protocol: "smtp"}, told
	}
	verb, argument, whole := verbOf(line, ended)
	return Message{Protocol: "smtp"}, whole && opensMail(in, verb, argument)
}

func opensMail(in Input, verb string, argument []byte) bool {
	switch verb {
	case "EHLO", "LHLO":
		return true
	case "HELO":
		return len(argument) > 0
	case "MAIL":
		return hasPrefixFold(argument, "FROM:")
	case "RCPT":
		return hasPrefixFold(argument, "TO:")
	case "STARTTLS", "DATA", "BDAT", "RSET", "AUTH":
		return !in.fresh()
	}
	return false
}

func hasPrefixFold(s []byte, prefix string) bool {
	return len(s) >= len(prefix) && bytes.EqualFold(s[:len(prefix)], []byte(prefix))
}
