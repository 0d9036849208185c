package sink

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strings"
	"time"
)

// smtpIdle ends a session that says nothing.
const smtpIdle = 30 * time.Second

// ServeSMTP takes mail from anybody to anybody (RFC 5321), one session at a
// time, until the listener closes. It counts messages' bodies and keeps nothing.
func (c *Counter) ServeSMTP(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		_ = c.mailSession(conn) // a client that breaks off: its business
		_ = conn.Close()
	}
}

func (c *Counter) mailSession(conn net.Conn) error {
	in := bufio.NewReaderSize(conn, 4096)
	reply := func(line string) error {
		_, err := fmt.Fprintf(conn, "%s\r\n", line)
		return err
	}
	err := reply("220 drop.example ESMTP exfil-lab")
	for err == nil {
		if err = conn.SetDeadline(time.Now().Add(smtpIdle)); err != nil {
			break
		}
		var line []byte
		if line, err = in.ReadSlice('\n'); err != nil {
			break
		}
		verb, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			err = reply("250-drop.example\r\n250-8BITMIME\r\n250 SIZE")
		case "HELO", "MAIL", "RCPT", "RSET", "NOOP":
			err = reply("250 OK")
		case "DATA":
			if err = reply("354 Go on."); err == nil {
				err = c.message(conn, in)
			}
			if err == nil {
				err = reply("250 Taken.")
			}
		case "QUIT":
			return reply("221 Goodbye.")
		default:
			err = reply("502 Not implemented.")
		}
	}
	return err
}

// message reads to the line that is a dot, and counts what follows the header.
func (c *Counter) message(conn net.Conn, in *bufio.Reader) error {
	body := false
	for {
		if err := conn.SetDeadline(time.Now().Add(smtpIdle)); err != nil {
			return err
		}
		line, err := in.ReadSlice('\n')
		switch {
		case err != nil:
			return err
		case bytes.Equal(line, []byte(".\r\n")):
			return nil
		case body:
			c.bytes.Add(int64(len(line)))
		default:
			body = bytes.Equal(line, []byte("\r\n"))
		}
	}
}
