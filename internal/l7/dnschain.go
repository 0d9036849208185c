package l7

import (
	"bytes"
	"net/netip"

	"golang.org/x/net/dns/dnsmessage"
)

// chain follows one name through an answer section, in the order of the wire,
// as stub resolvers do.
type chain struct {
	name    dnsmessage.Name
	answers []DNSAnswer
}

// next reads one record. It answers false at the end, and where the message is
// cut or malformed.
func (c *chain) next(parser *dnsmessage.Parser) bool {
	header, err := parser.AnswerHeader()
	if err != nil {
		return false
	}
	if header.Class != dnsmessage.ClassINET || !isSameName(&header.Name, &c.name) {
		return parser.SkipAnswer() == nil
	}
	switch header.Type {
	case dnsmessage.TypeA:
		record, err := parser.AResource()
		return err == nil && c.add(netip.AddrFrom4(record.A), header.TTL)
	case dnsmessage.TypeAAAA:
		record, err := parser.AAAAResource()
		return err == nil && c.add(netip.AddrFrom16(record.AAAA), header.TTL)
	case dnsmessage.TypeCNAME:
		record, err := parser.CNAMEResource()
		c.name = record.CNAME
		return err == nil
	}
	return parser.SkipAnswer() == nil
}

func (c *chain) add(address netip.Addr, ttl uint32) bool {
	c.answers = append(c.answers, DNSAnswer{Address: address.Unmap(), TTL: ttl})
	return true
}

func isSameName(a, b *dnsmessage.Name) bool {
	return bytes.EqualFold(a.Data[:a.Length], b.Data[:b.Length])
}
