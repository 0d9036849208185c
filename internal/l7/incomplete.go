package l7

// shortest is how many bytes any protocol needs to be told, or told not to be
// there: an HTTP/2 frame's header.
const shortest = 9

// Incomplete says of a sample and of what Parse made of it that the sample ends
// within what it tells, so that more bytes of the same direction could tell
// more: a ClientHello, the head of a request, a line of FTP. It is false where
// the sample has MaxSample bytes. Over UDP it is true for QUIC alone, whose
// ClientHello may need more datagrams: these go to a Follower each, since they
// cannot be put together by appending.
//
// It costs nanoseconds: Parse found out.
func Incomplete(in Input, m *Message) bool {
	if len(in.Payload) >= MaxSample {
		return false
	}
	return m.cut || m.Protocol == "" && !in.UDP && len(in.Payload) < shortest && len(in.Payload) > 0 && in.hopeful()
}

// hopeful says that later turns of the flow may tell more.
func (in Input) hopeful() bool {
	switch in.Known {
	case "", "http", "ftp", "smtp":
		return true
	}
	return false
}
