package l7

import "bytes"

// parseSSH tells the identification string "SSH-protoversion-software" (RFC
// 4253 §4.2). Version is the protoversion: 2.0, 1.99.
func parseSSH(in Input) (Message, bool) {
	rest, found := bytes.CutPrefix(in.Payload, []byte("SSH-"))
	if in.UDP || !found || len(rest) < 2 || rest[1] != '.' {
		return Message{}, false
	}
	version, _, ended := bytes.Cut(rest[:min(len(rest), 8)], []byte("-"))
	for _, c := range version {
		if c != '.' && (c < '0' || c > '9') {
			return Message{}, false
		}
	}
	message := Message{Protocol: "ssh", cut: !ended && len(rest) < 8}
	if ended {
		message.Version = string(version)
	}
	return message, true
}
