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
	message.SMTP.Size = declaredSize(in.Payload)
	return message, told
}

// declaredSize is the largest that MAIL commands at the sample's start declare.
func declaredSize(sample []byte) (size int64) {
	for {
		line, rest, ended := nextLine(sample)
		verb, argument, whole := verbOf(line, ended)
		switch {
		case !ended || !whole || verb == "DATA" || verb == "BDAT" || !opensMail(Input{Known: "smtp"}, verb, argument):
			return size
		case verb == "MAIL":
			size = max(size, mailSize(verb, argument))
		}
		sample = rest
	}
}

// mailSize is what MAIL FROM:<…> SIZE=n declares (RFC 1870 §6), in bytes.
func mailSize(verb string, argument []byte) int64 {
	if verb != "MAIL" {
		return 0
	}
	for field := range bytes.FieldsSeq(argument[bytes.LastIndexByte(argument, '>')+1:]) {
		if hasPrefixFold(field, "SIZE=") {
			size, _ := number(field[len("SIZE="):], maxBody)
			return size
		}
	}
	return 0
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
