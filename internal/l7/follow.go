package l7

// Follower reads one whole stream (or one QUIC handshake) in order: its state
// is what samples of the stream's turns cannot know. It is bounded, and belongs
// to one flow and one goroutine.
type Follower interface {
	// Follow takes the next payload of either direction, told apart by
	// in.Direction; in.Known is not needed. Gap says that bytes of this direction
	// are missing before it. The Message says what is new; false says nothing is.
	Follow(in Input, gap bool) (Message, bool)
	// Done says that the follower will tell nothing more: it can be forgotten, and
	// later turns go to Parse again.
	Done() bool
}

// NewFollower returns what follows a protocol and version as Parse told them,
// nil where samples are enough. The payload of which Parse told them must be
// the first that is given to Follow.
func NewFollower(protocol, version string) Follower {
	return nil
}
