package l7

// recogniser tells one protocol. It answers false, at little cost, where the
// sample is not its protocol; with Message.cut where more bytes may show it.
type recogniser struct {
	protocol string
	parse    func(Input) (Message, bool)
	// upgrade says that the protocol may begin within another one: after AUTH
	// TLS, STARTTLS or CONNECT.
	upgrade bool
}

// recognisers is the whole registry, in the order in which they are asked: the
// surest signs first. To add a protocol, write its file and add its line.
var recognisers = [...]recogniser{
	{protocol: "tls", parse: parseTLS, upgrade: true},
	{protocol: "ssh", parse: parseSSH, upgrade: true},
	{protocol: "smb", parse: parseSMB},
	{protocol: "http", parse: parseHTTP1},
	{protocol: "http", parse: parseHTTP2},
	{protocol: "ftp", parse: parseFTP},
	{protocol: "smtp", parse: parseSMTP},
	{protocol: "quic", parse: parseQUIC},
	{protocol: "tftp", parse: parseTFTP},
	{protocol: "dns", parse: parseDNS},
}

// Parse tells what one sample says. Any bytes are safe to give; the Message
// holds no part of in.Payload's memory.
func Parse(in Input) Message {
	in.Payload = in.Payload[:min(len(in.Payload), MaxSample)]
	cut := false
	for _, r := range recognisers {
		if !in.fresh() && in.Known != r.protocol && !r.upgrade {
			continue
		}
		message, told := r.parse(in)
		if told {
			return message
		}
		cut = cut || message.cut
	}
	if in.fresh() || in.Known == "ftp-data" {
		return Message{Entropy: entropy(in.Payload), cut: cut}
	}
	return Message{cut: cut}
}
