package sink

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// ftpIdle ends a session that says nothing.
const ftpIdle = 30 * time.Second

// FTP is a small server (RFC 959, RFC 2428) for machines without vsftpd. It
// takes any login and any file, in passive mode, without encryption; it counts
// what arrives and keeps nothing.
type FTP struct {
	Counter *Counter
	Enter   Enter // where data channels are opened
}

// Enter runs a function inside the namespace where a server belongs.
type Enter func(func() error) error

// Serve takes sessions, one at a time, until the listener closes.
func (f FTP) Serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		_ = f.session(conn) // a client that breaks off: its business
		_ = conn.Close()
	}
}

// session answers one client until it quits.
func (f FTP) session(conn net.Conn) error {
	in := bufio.NewReaderSize(conn, 1024)
	reply := func(format string, args ...any) error {
		_, err := fmt.Fprintf(conn, format+"\r\n", args...)
		return err
	}
	err := reply("220 exfil-lab")
	var data net.Listener
	defer func() {
		if data != nil {
			_ = data.Close()
		}
	}()
	for err == nil {
		if err = conn.SetDeadline(time.Now().Add(ftpIdle)); err != nil {
			break
		}
		var line []byte
		if line, err = in.ReadSlice('\n'); err != nil {
			break
		}
		verb, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		switch strings.ToUpper(verb) {
		case "EPSV":
			if data != nil {
				_ = data.Close()
			}
			if data, err = f.listen(conn); err == nil {
				err = reply("229 Entering extended passive mode (|||%d|)", data.Addr().(*net.TCPAddr).Port)
			}
		case "STOR":
			err = f.store(data, reply)
		case "QUIT":
			return reply("221 Goodbye.")
		default:
			err = reply("%s", answer(verb))
		}
	}
	return err
}

// answer is what a command gets that changes nothing here.
func answer(verb string) string {
	switch strings.ToUpper(verb) {
	case "USER":
		return "331 Please specify the password."
	case "PASS":
		return "230 Login successful."
	case "SYST":
		return "215 UNIX Type: L8"
	case "TYPE":
		return "200 Switching mode."
	case "PWD":
		return `257 "/"`
	}
	return "502 Not implemented."
}

func (f FTP) listen(control net.Conn) (l net.Listener, err error) {
	host := control.LocalAddr().(*net.TCPAddr).IP.String()
	err = f.Enter(func() error {
		l, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
		return err
	})
	return l, err
}

// store takes one file over the data channel.
func (f FTP) store(data net.Listener, reply func(string, ...any) error) error {
	if data == nil {
		return reply("425 Use EPSV first.")
	}
	if err := reply("150 Ok to send data."); err != nil {
		return err
	}
	if t, ok := data.(*net.TCPListener); ok {
		if err := t.SetDeadline(time.Now().Add(ftpIdle)); err != nil {
			return err
		}
	}
	conn, err := data.Accept()
	if err != nil {
		return errors.Join(err, reply("425 No data connection."))
	}
	err = f.Counter.drain(conn)
	if err := errors.Join(err, conn.Close()); err != nil {
		return errors.Join(err, reply("426 Broken off."))
	}
	return reply("226 Transfer complete.")
}
