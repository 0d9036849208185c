package sink

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/network"
)

// Ports of the sinks that count raw bytes.
const (
	TCPPort = 9000
	UDPPort = 9001
)

// Servers are all the sinks of one lab.
type Servers struct {
	Counter
	Cert *Certificate
	// Missing says which servers are not there, and why, by name.
	Missing map[string]error

	dir       string
	network   *network.Network
	closers   []io.Closer
	processes []*Process
	wg        sync.WaitGroup
}

// Start runs every sink, with its files in dir.
func Start(n *network.Network, dir string, zone Zone) (*Servers, error) {
	s := &Servers{dir: dir, network: n, Missing: make(map[string]error)}
	names := make([]string, 0, len(zone))
	for name := range zone {
		names = append(names, name[:len(name)-1])
	}
	var err error
	s.Cert, err = NewCertificate(names, []net.IP{network.Outside.AsSlice(), network.Outside2.AsSlice()})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.outside(zone), s.inside(), s.external()); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// outside opens the Go servers, on every outside address.
func (s *Servers) outside(zone Zone) error {
	return s.network.Outside.Do(func() error {
		return errors.Join(
			s.http(":80", nil),
			s.http(":443", &tls.Config{Certificates: []tls.Certificate{s.Cert.TLS}}),
			s.tcp(fmt.Sprint(":", TCPPort), s.ServeTCP),
			s.udp(fmt.Sprint(":", UDPPort), s.ServeUDP),
			s.tcp(":25", s.ServeSMTP),
			s.udp(netip.AddrPortFrom(network.Outside, 53).String(), zone.Serve),
			s.udp(netip.AddrPortFrom(network.Outside, 69).String(), TFTP{&s.Counter, s.network.Outside.Do}.Serve),
		)
	})
}

// inside opens the internal server.
func (s *Servers) inside() error {
	return s.network.Internal.Do(func() error { return s.http(":80", nil) })
}

// external runs the servers that are other people's programs. One that is not
// installed is noted: its scenarios cannot run.
func (s *Servers) external() error {
	var errs []error
	for name, run := range map[string]func() (*Process, error){
		"vsftpd": func() (*Process, error) {
			return StartFTP(s.network.Outside.Do, s.dir, network.Outside, s.Cert)
		},
		"sshd": func() (*Process, error) { return StartSSH(s.network.Outside.Do, s.dir, network.Outside) },
	} {
		p, err := run()
		switch {
		case errors.Is(err, ErrMissing):
			s.Missing[name] = err
			if name == "vsftpd" {
				errs = append(errs, s.plainFTP())
			}
		case err != nil:
			errs = append(errs, err)
		default:
			s.processes = append(s.processes, p)
		}
	}
	return errors.Join(errs...)
}

func (s *Servers) http(at string, config *tls.Config) error {
	l, err := net.Listen("tcp", at)
	if err != nil {
		return err
	}
	server := HTTPServer(&s.Counter, config)
	s.closers = append(s.closers, server, l)
	s.wg.Go(func() {
		if config != nil {
			_ = server.ServeTLS(l, "", "")
			return
		}
		_ = server.Serve(l) // http.ErrServerClosed, when we close it
	})
	return nil
}

func (s *Servers) tcp(at string, serve func(net.Listener)) error {
	l, err := net.Listen("tcp", at)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, l)
	s.wg.Go(func() { serve(l) })
	return nil
}

// plainFTP stands in for vsftpd: enough for a passive put in cleartext.
func (s *Servers) plainFTP() error {
	enter := s.network.Outside.Do
	f := FTP{Counter: &s.Counter, Enter: enter}
	return enter(func() error { return s.tcp(netip.AddrPortFrom(network.Outside, 21).String(), f.Serve) })
}

func (s *Servers) udp(at string, serve func(net.PacketConn)) error {
	conn, err := net.ListenPacket("udp", at)
	if err != nil {
		return err
	}
	if u, ok := conn.(*net.UDPConn); ok {
		_ = u.SetReadBuffer(8 << 20) // as much as the kernel lets: drops here are the lab's own
	}
	s.closers = append(s.closers, conn)
	s.wg.Go(func() { serve(conn) })
	return nil
}

// Reset forgets what has arrived, files too.
func (s *Servers) Reset() error {
	s.Counter.Reset()
	var errs []error
	for _, dir := range s.uploads() {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
		for _, e := range entries {
			errs = append(errs, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// Received is what has arrived since Reset, in payload bytes: through the Go
// servers, and as files of the FTP and SSH servers.
func (s *Servers) Received() int64 {
	n := s.Bytes()
	for _, dir := range s.uploads() {
		entries, _ := os.ReadDir(dir) // not there: nothing arrived
		for _, e := range entries {
			if info, err := e.Info(); err == nil {
				n += info.Size()
			}
		}
	}
	return n
}

func (s *Servers) uploads() []string {
	return []string{filepath.Join(s.dir, "ftp"), filepath.Join(s.dir, "ssh", "upload")}
}

// Stop ends every server and waits for it.
func (s *Servers) Stop() error {
	var errs []error
	for _, c := range s.closers {
		if err := c.Close(); !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
			errs = append(errs, err)
		}
	}
	for _, p := range s.processes {
		errs = append(errs, p.Stop())
	}
	s.wg.Wait()
	return errors.Join(errs...)
}
