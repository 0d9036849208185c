package l7

import "bytes"

// parseSMTP tells a mail submission or relay (RFC 5321, LMTP in RFC 2033) from
// the server's greeting or the client's first command.
func parseSMTP(in Input) (Message, bool) {
	if in.UDP {
		return Message{}, false
	}
	line, _, ended := nextLine(in.Payload)
	message := Message{Protocol: "smtp", cut: !ended && len(line) <= maxCommand}
	if code := replyCode(line); code != 0 {
		return message, !in.fresh() || code == 220 && greeter(in, line) == "smtp"
	}
	verb, argument, whole := verbOf(line, ended)
	told := whole && opensMail(in, verb, argument)
	message.cut = message.cut && told
	return message, told
}

// maxCommand is how long a command line is that tells something, in bytes: twice
// of what RFC 5321 §4.5.3.1.4 allows, for the extensions that add to it.
const maxCommand = 1024

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
