package l7

import (
	"encoding/binary"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	// maxAnswers bounds what is told of one response.
	maxAnswers = 32
	// maxRecords bounds the records looked at: a CNAME chain and its addresses.
	maxRecords = 64
)

// parseDNS tells a DNS message over UDP, or TCP with its length in front (RFC
// 1035 §4.2.2). Away from DNS's ports only a message without a flaw counts.
func parseDNS(in Input) (Message, bool) {
	payload, named, cut := in.Payload, !in.fresh() || in.hasPort(53, 5353, 5355), false
	if !in.UDP {
		if len(payload) < 2 || binary.BigEndian.Uint16(payload) < dnsHeader {
			return Message{}, false
		}
		length := int(binary.BigEndian.Uint16(payload))
		payload = payload[2:min(len(payload), 2+length)]
		cut = len(payload) < length && length < MaxSample-2
	}
	q, found := readQuestion(payload)
	if !found || !named && !isFlawless(payload, q) {
		return Message{cut: cut && named && len(payload) < dnsHeader}, false
	}
	told := DNSMessage{Response: q.response, QuestionName: q.name, QuestionType: questionType(q.kind)}
	if q.response {
		told.Answers = answers(payload)
	}
	return Message{Protocol: "dns", DNS: told, cut: cut}, true
}

// isFlawless tells a standard query for one name of class IN, or its answer,
// from bytes that merely resemble one.
func isFlawless(message []byte, q question) bool {
	const reserved = 0x0040
	if q.cut || q.name == "" || q.class != uint16(dnsmessage.ClassINET) || q.flags&reserved != 0 {
		return false
	}
	answers, authorities := binary.BigEndian.Uint16(message[6:]), binary.BigEndian.Uint16(message[8:])
	additional := binary.BigEndian.Uint16(message[10:])
	if q.response {
		return answers <= maxRecords && authorities <= maxRecords && additional <= maxRecords
	}
	atEnd := q.end == len(message)
	return q.flags&0xf == 0 && answers == 0 && authorities == 0 && additional <= 2 && (additional > 0) != atEnd
}

// answers reads the addresses of the answer section. A CNAME's addresses count
// for the name that was asked; records of other names do not.
func answers(message []byte) []DNSAnswer {
	var parser dnsmessage.Parser
	if _, err := parser.Start(message); err != nil {
		return nil
	}
	asked, err := parser.Question()
	if err != nil || parser.SkipAllQuestions() != nil {
		return nil
	}
	c := chain{name: asked.Name}
	for range maxRecords {
		if len(c.answers) >= maxAnswers || !c.next(&parser) {
			break
		}
	}
	return c.answers
}
