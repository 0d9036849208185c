package l7

// ftpFollower reads the lines of an FTP control channel. Of several data
// channels announced in one payload it tells the last.
type ftpFollower struct {
	sides [2]lines
	done  bool
}

// Follow ends where the server accepts AUTH (RFC 4217 §4), or where TLS is seen.
func (f *ftpFollower) Follow(in Input, gap bool) (Message, bool) {
	side := &f.sides[in.Direction&1]
	if gap {
		side.tear()
	}
	in.Known = "ftp"
	if side.between() && isRecord(in.Payload) {
		f.done = true
		return Parse(in), true
	}
	control := ftpControl{in: in, sure: true}
	for rest := in.Payload; ; {
		line, next, found := side.next(rest)
		if !found {
			break
		}
		control.line(line, true)
		rest = next
	}
	f.done = f.done || control.Secured
	return Message{Protocol: "ftp", FTP: control.FTPControl}, control.lines > 0
}

// Done says that the channel is encrypted.
func (f *ftpFollower) Done() bool { return f.done }
