package attack

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/textproto"
	"net/url"
	"os"
	"path"
	"strings"
)

// ErrCannot says that a stand-in does not know what the real tool would.
var ErrCannot = errors.New("the stand-in cannot do this: install the real tool")

// StandIn runs as curl or ftp in images of machines that have neither, so that
// the commands of scenarios stay what they are. It knows what those commands
// say, and refuses the rest.
func StandIn(ctx context.Context, program string, args []string, stdin io.Reader) error {
	if program == "curl" {
		return curl(ctx, args)
	}
	return ftp(ctx, args, stdin)
}

// IsStandIn says whether a program's path is one that StandIn knows.
func IsStandIn(program string) bool {
	name := path.Base(program)
	return name == "curl" || name == "ftp"
}

// curl knows --upload-file to an http URL, and a download that it throws away.
func curl(ctx context.Context, args []string) error {
	var file, target string
	kind := "put"
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "--silent", "--fail":
		case "--output":
			i++
		case "--http2-prior-knowledge":
			kind = "h2"
		case "--upload-file":
			if i++; i < len(args) {
				file = args[i]
			}
		default:
			target = args[i]
		}
	}
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" {
		return fmt.Errorf("curl %q: %w", args, ErrCannot)
	}
	o := Options{To: net.JoinHostPort(u.Hostname(), "80"), File: file}
	if file != "" {
		_, err = Run(ctx, kind, o)
		return err
	}
	to, err := resolve(ctx, o.To)
	if err != nil {
		return err
	}
	return get(ctx, u, to)
}

// ftp knows the ADS's script: user, put, quit; passive mode (RFC 2428).
func ftp(ctx context.Context, args []string, script io.Reader) error {
	if len(args) != 2 || args[0] != "-inv" {
		return fmt.Errorf("ftp %q: %w", args, ErrCannot)
	}
	to, err := resolve(ctx, net.JoinHostPort(args[1], "21"))
	if err != nil {
		return err
	}
	conn, err := dial(ctx, to)
	if err != nil {
		return err
	}
	c := ftpClient{Conn: textproto.NewConn(conn), peer: to.Addr()}
	defer c.Close()
	if _, _, err := c.ReadResponse(220); err != nil {
		return err
	}
	lines := bufio.NewScanner(script)
	for lines.Scan() {
		if err := c.line(ctx, strings.Fields(lines.Text())); err != nil {
			return err
		}
	}
	return lines.Err()
}

// ftpClient is one control connection.
type ftpClient struct {
	*textproto.Conn
	peer netip.Addr
}

func (c ftpClient) line(ctx context.Context, words []string) error {
	switch {
	case len(words) == 3 && words[0] == "user":
		if err := c.command(331, "USER "+words[1]); err != nil {
			return err
		}
		return c.command(230, "PASS "+words[2])
	case len(words) == 2 && words[0] == "put":
		return c.put(ctx, words[1])
	case len(words) == 1 && words[0] == "quit":
		return c.command(221, "QUIT")
	}
	return nil
}

func (c ftpClient) command(want int, line string) error {
	if err := c.PrintfLine("%s", line); err != nil {
		return err
	}
	_, text, err := c.ReadResponse(want)
	fmt.Println(text)
	return err
}

func (c ftpClient) put(ctx context.Context, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := c.command(200, "TYPE I"); err != nil {
		return err
	}
	if err := c.PrintfLine("EPSV"); err != nil {
		return err
	}
	_, text, err := c.ReadResponse(229)
	if err != nil {
		return err
	}
	var port uint16
	if _, err := fmt.Sscanf(text[strings.IndexByte(text, '(')+1:], "|||%d|", &port); err != nil {
		return fmt.Errorf("reply to EPSV %q: %w", text, err)
	}
	data, err := dial(ctx, netip.AddrPortFrom(c.peer, port))
	if err != nil {
		return err
	}
	if err := c.command(150, "STOR "+path.Base(name)); err != nil {
		return err
	}
	if _, err := io.Copy(data, file); err != nil {
		return err
	}
	if err := data.Close(); err != nil {
		return err
	}
	_, _, err = c.ReadResponse(226)
	return err
}
