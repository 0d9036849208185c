package l7

// Follower reads one whole stream (or one QUIC handshake) in order: its state
// is what samples of the stream's turns cannot know. It is bounded, and belongs
// to one flow and one goroutine.
type Follower interface {
	// Follow takes the next payload of either direction, told apart by
	// in.Direction; in.Known is not needed. Gap says that bytes of this direction
	// are missing before it. The Message says what is new; false says nothing is.
	// It holds no part of in.Payload's memory.
	Follow(in Input, gap bool) (Message, bool)
	// Done says that the follower will tell nothing more: it can be forgotten, and
	// the next payload begins a turn that goes to Parse.
	Done() bool
}

// NewFollower returns what follows a protocol and version as Parse told them,
// nil where samples are enough. The sample of which Parse told them is the first
// that Follow must be given, from its beginning. For quic it is worth having
// where Incomplete says so, and takes whole datagrams.
//
// At most, one holds about 1 KiB per direction for ftp and smtp, 16 KiB of
// header table with 64 open streams for HTTP/2, and 32 KiB for quic until the
// ClientHello is whole.
func NewFollower(protocol, version string) Follower {
	switch {
	case protocol == "http" && version == "2":
		return &http2Follower{}
	case protocol == "ftp":
		return &ftpFollower{}
	case protocol == "smtp":
		return &smtpFollower{}
	case protocol == "quic":
		return &quicFollower{}
	}
	return nil
}

// firstMilestone is the size from which a transfer that goes on is told of, in
// bytes.
const firstMilestone = 64 << 10

// milestone is the size at which a growing transfer is next told of: each has
// twice the size of the one before.
type milestone int64

// passed says that size has reached the milestone, and sets the next.
func (m *milestone) passed(size int64) bool {
	if size < max(firstMilestone, int64(*m)) {
		return false
	}
	*m = milestone(2 * size)
	return true
}
