package reference

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// The fields that tshark prints of every packet, in this order.
const (
	fieldLength = iota
	fieldIPSource
	fieldIPDestination
	fieldIP6Source
	fieldIP6Destination
	fieldTCPSource
	fieldTCPDestination
	fieldUDPSource
	fieldUDPDestination
	fieldStream
	fieldSequence
	fieldTCPLength
	fieldUDPLength
	fieldMethod
	fieldContentLength
	fieldMethod2
	fieldContentLength2
	fieldCommand
	fieldArgument
	fieldServerName
	fieldQuestion
	fieldQuestionType
	fieldResponse
	fieldProtocol
	fields
)

var tsharkFields = [fields]string{
	"frame.len", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "udp.srcport",
	"udp.dstport", "tcp.stream", "tcp.seq", "tcp.len", "udp.length", "http.request.method",
	"http.content_length_header", "http2.headers.method", "http2.headers.content_length", "ftp.request.command",
	"ftp.request.arg", "tls.handshake.extensions_server_name", "dns.qry.name", "dns.qry.type",
	"dns.flags.response", "_ws.col.Protocol",
}

// Bytes of UDP's header (RFC 768), and of those below it: Ethernet's and IPv4's.
const (
	udpHeader     = 8
	fewestHeaders = 14 + 20
)

// protocols are tshark's names of protocols in the receiver's words.
var protocols = map[string]string{
	"HTTP": "http", "HTTP/JSON": "http", "HTTP2": "http", "TLSv1": "tls", "TLSv1.2": "tls", "TLSv1.3": "tls",
	"FTP": "ftp", "FTP-DATA": "ftp-data", "SSH": "ssh", "SSHv2": "ssh", "SMTP": "smtp", "DNS": "dns",
	"TFTP": "tftp", "QUIC": "quic", "SMB": "smb", "SMB2": "smb",
}

// Tshark reads a capture with tshark. Bodies are not put together, so that a
// head is told in the packet that it is in.
func Tshark(ctx context.Context, capture string) (Table, error) {
	args := []string{"-n", "-r", capture, "-o", "http.desegment_body:FALSE", "-T", "fields", "-E", "separator=/t"}
	for _, name := range tsharkFields {
		args = append(args, "-e", name)
	}
	cmd := exec.CommandContext(ctx, "tshark", args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r := tsharkReader{table: make(Table), streams: make(map[way]*stream)}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for err == nil && lines.Scan() {
		err = r.packet(strings.Split(lines.Text(), "\t"))
	}
	if err = errors.Join(err, lines.Err(), cmd.Wait()); err != nil {
		return nil, fmt.Errorf("tshark: %w: %s", err, said.String())
	}
	for w, s := range r.streams {
		w.flow.Counts[w.way].Payload += s.bytes()
	}
	return r.table, nil
}

// way is one direction of one TCP connection: a connection may have the ends
// of an earlier one.
type way struct {
	flow *Flow
	way  int
	id   string
}

type tsharkReader struct {
	table   Table
	streams map[way]*stream
}

// packet takes a line. What is neither TCP nor UDP is passed over.
func (r *tsharkReader) packet(f []string) error {
	if len(f) != fields {
		return fmt.Errorf("%d fields instead of %d: %q", len(f), fields, f)
	}
	transport, source, destination := "tcp", f[fieldTCPSource], f[fieldTCPDestination]
	if source == "" {
		transport, source, destination = "udp", f[fieldUDPSource], f[fieldUDPDestination]
	}
	if source == "" {
		return nil
	}
	from, errFrom := netip.ParseAddrPort(end(f[fieldIPSource]+f[fieldIP6Source], source))
	to, errTo := netip.ParseAddrPort(end(f[fieldIPDestination]+f[fieldIP6Destination], destination))
	length, errLength := strconv.ParseInt(f[fieldLength], 10, 64)
	if err := errors.Join(errFrom, errTo, errLength); err != nil {
		return err
	}
	flow, dir := r.table.At(transport, from, to)
	flow.Counts[dir].Packets++
	flow.tell(f)
	if transport == "udp" {
		n, err := strconv.ParseInt(f[fieldUDPLength], 10, 64)
		flow.Counts[dir].Payload += n - udpHeader
		// Of a datagram in fragments the frame is the last: its own length says little.
		flow.Counts[dir].Frames += max(length, n+fewestHeaders)
		return err
	}
	flow.Counts[dir].Frames += length
	return r.segment(way{flow, dir, f[fieldStream]}, f[fieldSequence], f[fieldTCPLength])
}

func (r *tsharkReader) segment(w way, sequence, length string) error {
	from, errFrom := strconv.ParseInt(sequence, 10, 64)
	n, errLength := strconv.ParseInt(length, 10, 64)
	s := r.streams[w]
	if s == nil {
		s = new(stream)
		r.streams[w] = s
		if r.streams[way{w.flow, 1 - w.way, w.id}] == nil {
			w.flow.Told++
		}
	}
	s.add(from, n)
	return errors.Join(errFrom, errLength)
}

// tell notes what a packet says in its application's words.
func (flow *Flow) tell(f []string) {
	if flow.Told == 0 && flow.Transport == "udp" {
		flow.Told = 1
	}
	if p := protocols[f[fieldProtocol]]; p != "" && flow.Protocol == "" {
		flow.Protocol = p
	}
	if m := f[fieldMethod] + f[fieldMethod2]; m != "" {
		size, _ := strconv.ParseInt(f[fieldContentLength]+f[fieldContentLength2], 10, 64) // absent: 0
		flow.Requests = append(flow.Requests, Request{m, size})
	}
	flow.command(f[fieldCommand], f[fieldArgument])
	if n := f[fieldServerName]; n != "" && !slices.Contains(flow.Names, n) {
		flow.Names = append(flow.Names, n)
	}
	if q := f[fieldQuestion]; q != "" && (f[fieldResponse] == "0" || f[fieldResponse] == "False") {
		flow.Questions = append(flow.Questions, q+" "+questionType(f[fieldQuestionType]))
	}
}

// questionType names a DNS type (RFC 1035, RFC 3596).
func questionType(number string) string {
	switch number {
	case "1":
		return "A"
	case "12":
		return "PTR"
	case "15":
		return "MX"
	case "16":
		return "TXT"
	case "28":
		return "AAAA"
	}
	return number
}

// end is host:port.
func end(host, port string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + port
}
