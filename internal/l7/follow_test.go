package l7

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// turn is what one side says.
type turn struct {
	from Direction
	text string
}

// follow gives a conversation in pieces of at most n bytes, and returns what is
// told.
func follow(t testing.TB, f Follower, n int, turns ...turn) []Message {
	t.Helper()
	var told []Message
	for _, turn := range turns {
		for rest := []byte(turn.text); len(rest) > 0 && !f.Done(); {
			piece := rest[:min(n, len(rest))]
			rest = rest[len(piece):]
			if m, news := f.Follow(Input{Payload: piece, Direction: turn.from, RemotePort: 4000}, false); news {
				checkMessage(t, m)
				told = append(told, m)
			}
		}
	}
	return told
}

func TestNewFollower(t *testing.T) {
	for protocol, version := range map[string]string{"http": "2", "ftp": "", "smtp": "", "quic": "1"} {
		assert.NotNil(t, NewFollower(protocol, version), protocol)
	}
	for protocol, version := range map[string]string{"http": "1.1", "tls": "1.3", "": "", "dns": "", "ssh": "2.0"} {
		assert.Nil(t, NewFollower(protocol, version), protocol)
	}
}

func TestMilestones(t *testing.T) {
	var m milestone
	var told []int64
	for size := int64(0); size < 1<<20; size += 1000 {
		if m.passed(size) {
			told = append(told, size)
		}
	}
	assert.Equal(t, []int64{66000, 132000, 264000, 528000}, told)
}

func TestLines(t *testing.T) {
	text := "one\r\ntwo\n\nthree"
	for n := 1; n <= len(text); n++ {
		var l lines
		var got []string
		for rest := []byte(text); len(rest) > 0; {
			piece := rest[:min(n, len(rest))]
			rest = rest[len(piece):]
			for {
				line, next, found := l.next(piece)
				if !found {
					break
				}
				got, piece = append(got, string(line)), next
			}
		}
		assert.Equal(t, []string{"one", "two", ""}, got, "in pieces of %d", n)
		assert.Equal(t, "three", string(l.held))
		l.tear()
		line, rest, found := l.next([]byte("next\nlast"))
		assert.Equal(t, "next", string(line))
		assert.Equal(t, "last", string(rest))
		assert.True(t, found)
	}
}

// State stays within its bounds, whatever comes.
func TestFollowersAreBounded(t *testing.T) {
	source := rand.NewChaCha8([32]byte{4})
	junk := make([]byte, 3000)
	for _, opening := range []string{preface, "220 x ESMTP\r\n", "MAIL FROM:<a>\r\nDATA\r\n", "USER a", ""} {
		for _, f := range []Follower{&http2Follower{}, &ftpFollower{}, &smtpFollower{}, &quicFollower{}} {
			f.Follow(Input{Payload: []byte(opening)}, false)
			for i := range 300 {
				_, _ = source.Read(junk)
				m, _ := f.Follow(Input{Payload: junk[i:], Direction: Direction(i % 2)}, i%50 == 49)
				checkMessage(t, m)
				checkBounds(t, f)
			}
		}
	}
}

func checkBounds(t testing.TB, f Follower) {
	t.Helper()
	switch f := f.(type) {
	case *http2Follower:
		require.LessOrEqual(t, cap(f.streams), maxStreams)
		if f.reader != nil {
			require.LessOrEqual(t, len(f.reader.current.path), maxAuthority+1)
			require.LessOrEqual(t, len(f.reader.current.agent), maxAuthority+1)
		}
	case *ftpFollower:
		checkLines(t, f.sides)
	case *smtpFollower:
		checkLines(t, f.sides)
	case *quicFollower:
		require.LessOrEqual(t, f.hello.held, 2*MaxSample)
		require.LessOrEqual(t, len(f.hello.crypto.pieces), maxPieces)
	}
}

func checkLines(t testing.TB, sides [2]lines) {
	t.Helper()
	for _, side := range sides {
		require.LessOrEqual(t, cap(side.held), 2*maxCommand)
	}
}

// fuzzFollower gives pieces of the bytes to either side, as the first bytes say.
func fuzzFollower(f *testing.F, make func() Follower, openings ...string) {
	for _, opening := range openings {
		f.Add([]byte(opening), []byte{200, 3, 255})
	}
	f.Fuzz(func(t *testing.T, stream, pieces []byte) {
		follower := make()
		for i := 0; len(stream) > 0; i++ {
			how := byte(255)
			if len(pieces) > 0 {
				how = pieces[i%len(pieces)]
			}
			piece := stream[:min(len(stream), int(how>>2)+1)]
			stream = stream[len(piece):]
			in := Input{Payload: piece, Direction: Direction(how & 1), UDP: how&2 != 0}
			m, _ := follower.Follow(in, how == 2)
			checkMessage(t, m)
			checkBounds(t, follower)
		}
	})
}
