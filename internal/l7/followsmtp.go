package l7

import "bytes"

// smtpMode says what the client's bytes are.
type smtpMode uint8

const (
	smtpCommands smtpMode = iota
	smtpContent           // a message, to its end (RFC 5321 §4.1.1.4)
	smtpChunk             // part of a message, by its length (RFC 3030)
)

// smtpFollower tells the size of each message: as declared, at milestones, and
// as transferred in the end. A gap within a message leaves its missing bytes
// uncounted, and the server's answer ends it.
type smtpFollower struct {
	sides   [2]lines
	client  Direction // once a command was seen
	begun   bool
	heard   bool // the server is seen at all
	mode    smtpMode
	waiting string // DATA or STARTTLS, until the server answers
	content content
	chunk   int64 // bytes of the chunk still to come
	last    bool  // the chunk ends the message
	lost    bool  // a gap goes through the message
	next    milestone
	told    SMTPMessage // in this call
	news    bool
	done    bool
}

// Follow ends where the server accepts STARTTLS (RFC 3207), or where TLS is
// seen.
func (f *smtpFollower) Follow(in Input, gap bool) (Message, bool) {
	side := &f.sides[in.Direction&1]
	if gap {
		side.tear()
		f.gap(in.Direction)
	}
	inContent := f.mode != smtpCommands && f.isClient(in.Direction)
	if !inContent && side.between() && isRecord(in.Payload) {
		f.done = true
		in.Known = "smtp"
		return Parse(in), true
	}
	f.told, f.news = SMTPMessage{}, false
	if f.waiting == "DATA" && !f.heard && f.isClient(in.Direction) {
		f.begin() // the server's side is not captured
	}
	for rest := in.Payload; len(rest) > 0 && !f.done; {
		if f.mode != smtpCommands && f.isClient(in.Direction) {
			rest = f.transfer(rest)
			continue
		}
		line, next, found := side.next(rest)
		if !found {
			break
		}
		f.line(in.Direction, line)
		rest = next
	}
	return Message{Protocol: "smtp", SMTP: f.told}, f.news
}

// gap makes up for what may be missing: part of a message, or the answer that
// begins one.
func (f *smtpFollower) gap(from Direction) {
	if f.waiting == "DATA" && !f.isClient(from) {
		f.begin()
	}
	f.lost = f.mode != smtpCommands
}

// Done says that the connection is encrypted.
func (f *smtpFollower) Done() bool { return f.done }

func (f *smtpFollower) isClient(d Direction) bool { return f.begun && d == f.client }

func (f *smtpFollower) line(from Direction, line []byte) {
	if code := replyCode(line); code != 0 && !f.isClient(from) {
		f.heard = true
		if len(line) == 3 || line[3] == ' ' {
			f.reply(from, code)
		}
		return
	}
	if verb, argument, whole := verbOf(line, true); whole && !(f.begun && !f.isClient(from)) {
		f.command(from, verb, argument)
	}
}

// command takes what a client says. A word that is no command of a message
// leaves all as it is.
func (f *smtpFollower) command(from Direction, verb string, argument []byte) {
	f.waiting = ""
	switch verb {
	case "EHLO", "HELO", "LHLO", "RSET", "MAIL":
		f.content, f.next, f.lost = content{}, 0, false
		if size := mailSize(verb, argument); size > 0 {
			f.tell(size, false)
		}
	case "DATA", "STARTTLS":
		f.waiting = verb
	case "BDAT":
		f.beginChunk(argument)
	default:
		return
	}
	f.client, f.begun = from, true
}

// reply takes what a server answers. 354 answers DATA, seen or not.
func (f *smtpFollower) reply(from Direction, code int) {
	switch {
	case code == 354 && f.mode == smtpCommands:
		f.client, f.begun = from^1, true
		f.begin()
	case code == 220 && f.waiting == "STARTTLS":
		f.done = true
	case f.lost && f.mode != smtpCommands:
		f.end()
	}
}

func (f *smtpFollower) begin() {
	f.mode, f.waiting = smtpContent, ""
	f.content, f.next, f.lost = content{}, 0, false
}

func (f *smtpFollower) beginChunk(argument []byte) {
	length, option, _ := bytes.Cut(bytes.TrimSpace(argument), []byte(" "))
	size, valid := number(length, maxBody)
	if !valid {
		return
	}
	f.mode, f.chunk, f.last = smtpChunk, size, isName(bytes.TrimSpace(option), "last")
	if size == 0 {
		f.end()
	}
}

// transfer counts a message's bytes and returns what follows its end.
func (f *smtpFollower) transfer(p []byte) (rest []byte) {
	ended := false
	if f.mode == smtpChunk {
		n := min(f.chunk, int64(len(p)))
		f.chunk -= n
		f.content.size += n
		rest, ended = p[n:], f.chunk == 0
	} else {
		rest, ended = f.content.read(p)
	}
	if ended {
		f.end()
	} else if f.next.passed(f.content.size) {
		f.tell(f.content.size, false)
	}
	return rest
}

// end ends a message, or a chunk with more to follow.
func (f *smtpFollower) end() {
	whole := f.mode == smtpContent || f.last
	f.mode = smtpCommands
	if whole {
		f.tell(f.content.size, true)
		f.content, f.next, f.last, f.lost = content{}, 0, false, false
	}
}

// tell keeps the largest size of a call.
func (f *smtpFollower) tell(size int64, done bool) {
	f.news = true
	f.told.Size = max(f.told.Size, min(size, maxBody))
	f.told.Done = f.told.Done || done
}
