package filter

import (
	"fmt"
	"strings"
)

// primitive is one that both tcpdump and we understand, of whatever meaning.
func (d dice) primitive() string {
	direction := one(d, "", "", "src ", "dst ", "src or dst ", "src and dst ")
	host4, host6 := one(d, hosts4...), one(d, hosts6...)
	port := one(d, ports...)
	switch d.IntN(14) {
	case 0:
		return one(d, "ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6", "igmp", "esp", "ah", "pim", "vrrp")
	case 1:
		return one(d, "", "ip ", "arp ", "rarp ") + direction + "host " + host4
	case 2:
		return one(d, "", "ip6 ") + direction + "host " + host6
	case 3:
		return direction + "net " + one(d, "10.0.0.0/8", "10.1.0.0/16", "192.168.7.0/25", "0.0.0.0/0", "10", "10.1", "192.168.7", "10.0.0.0 mask 255.0.0.0")
	case 4:
		return direction + "net " + one(d, "fd00::/8", "fd00:0:0:1::/64", "2001:db8::/33", "fd00::/63", "::/0")
	case 5, 6:
		return one(d, "", "", "tcp ", "udp ", "sctp ") + direction + fmt.Sprintf("port %d", port)
	case 7:
		return one(d, "", "tcp ", "udp ") + direction + one(d, "portrange 80-1024", "portrange 0-65535", "portrange 443-53", "port domain", "port https")
	case 8:
		return one(d, "ip ", "ip6 ", "") + "proto " + one(d, "6", "17", `\tcp`, `\udp`, "47", "0x2f", "44")
	case 9:
		return "ether " + one(d, "src ", "dst ", "host ", "src host ") + one(d, macs...)
	case 10:
		return "ether proto " + one(d, `\ip`, `\ip6`, `\arp`, "0x8100", "2054")
	case 11:
		return one(d, "broadcast", "multicast", "ether broadcast", "ether multicast", "ip multicast", "ip6 multicast")
	case 12:
		return one(d, "less ", "greater ") + one(d, "60", "100", "120", "0")
	default:
		return one(d, "src ", "dst ", "src or dst ") + one(d, host4, host6)
	}
}

// expression joins primitives.
func (d dice) expression(depth int) string {
	var parts []string
	for range 1 + d.IntN(3) {
		var part string
		switch {
		case depth > 0 && d.IntN(3) == 0:
			part = "(" + d.expression(depth-1) + ")"
		case d.IntN(8) == 0:
			part = one(d, "port 80 or 443", "port (53 or 80 or 8080)", "src host (10.0.0.1 or 10.1.2.3)", "tcp dst port 80 or 443", "not host 10.0.0.1 and 10.1.2.3", "net 10 or 192.168.7")
		default:
			part = d.primitive()
		}
		parts = append(parts, one(d, "", "", "not ", "! ")+part, one(d, " and ", " or ", " && ", " || "))
	}
	return strings.Join(parts[:len(parts)-1], "")
}
