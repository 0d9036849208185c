package flow

import "strconv"

// Transport is how records name an IP protocol: network.transport's and IANA's
// name in lower case, ip-N where they have none here.
func Transport(protocol uint8) string {
	switch protocol {
	case 1:
		return "icmp"
	case 2:
		return "igmp"
	case 6:
		return "tcp"
	case 17:
		return "udp"
	case 33:
		return "dccp"
	case 47:
		return "gre"
	case 50:
		return "esp"
	case 51:
		return "ah"
	case 58:
		return "ipv6-icmp"
	case 132:
		return "sctp"
	case 136:
		return "udplite"
	default:
		return "ip-" + strconv.Itoa(int(protocol))
	}
}
