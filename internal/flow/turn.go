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

// Answers says whether r tells what came back and nothing else: a source that
// reports each direction of a flow by itself told the other one, or will.
func (r *Record) Answers() bool {
	return r.Unidirectional && r.Bytes == 0 && r.ReverseBytes+r.ReversePackets > 0
}
