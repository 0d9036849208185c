package flow

// Turn makes r the same interval as the other end sees it: ends, counters and
// initiator change places. What the client said stays what it said.
func (r *Record) Turn() {
	r.Source, r.Destination = r.Destination, r.Source
	r.Bytes, r.ReverseBytes = r.ReverseBytes, r.Bytes
	r.Packets, r.ReversePackets = r.ReversePackets, r.Packets
	switch r.Initiator {
	case InitiatorSource:
		r.Initiator = InitiatorDestination
	case InitiatorDestination:
		r.Initiator = InitiatorSource
	}
}
