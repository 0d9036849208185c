package filter

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/bpf"
)

const keep = 262144

func taken(t testing.TB, expression string, link layers.LinkType, frames [][]byte) []int {
	t.Helper()
	program, err := Compile(expression, link, keep)
	require.NoError(t, err, expression)
	machine, err := bpf.NewVM(program)
	require.NoError(t, err, expression)
	var taken []int
	for i, f := range frames {
		n, err := machine.Run(f)
		require.NoError(t, err)
		if n > 0 {
			taken = append(taken, i)
		}
	}
	return taken
}

// tcp4 is a frame from 10.0.0.1:1024 to 203.0.113.9:443.
func tcp4() []byte {
	f := append(macOf(macs[1]), macOf(macs[0])...)
	f = append(f, 8, 0, 0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 203, 0, 113, 9)
	f = append(f, 4, 0, 1, 187)
	return append(f, make([]byte, 16)...)
}

func TestExpressions(t *testing.T) {
	frames := [][]byte{tcp4()}
	raw := [][]byte{tcp4()[14:]}
	for expression, want := range map[string]bool{
		"":                         true,
		" \t\n":                    true,
		"tcp":                      true,
		"not tcp":                  false,
		"udp or tcp":               true,
		"udp or tcp and port 80":   false,
		"port 80 or 443":           true,
		"port (80 or 443)":         true,
		"port (not 80 and 443)":    true,
		"not port 80 and not 53":   true,
		"port 80 or (53 or (443))": true,
		"dst port https":           true,
		"src port 443":             false,
		"src host 10.0.0.1":        true,
		"src 10.0.0.1 and dst net 203.0.113.0/24": true,
		"dst net 203.0.113 && !ip6":               true,
		"ip host 203.0.113.9":                     true,
		"host fd00::1":                            false,
		"ip proto \\tcp":                          true,
		"proto tcp":                               true,
		"portrange 400-500":                       true,
		"less 54":                                 true,
		"greater 55":                              false,
		"not (tcp and (port 80 or port 443)) or host 10.0.0.1": true,
	} {
		require.Equal(t, want, len(taken(t, expression, layers.LinkTypeEthernet, frames)) == 1, expression)
		if !strings.Contains(expression, "less") && !strings.Contains(expression, "greater") {
			require.Equal(t, want, len(taken(t, expression, layers.LinkTypeRaw, raw)) == 1, "raw: "+expression)
		}
	}
	require.Len(t, taken(t, "ether host 02:00:00:00:00:01 and ether dst 02-00-00-00-00-02", layers.LinkTypeEthernet, frames), 1)
	require.Empty(t, taken(t, "arp", layers.LinkTypeRaw, raw))
}

func TestErrors(t *testing.T) {
	for expression, want := range map[string]string{
		"tcp[13] & 2 != 0":              `"[" (at byte 3): not understood; byte and arithmetic expressions are not supported`,
		"len > 100":                     `">" (at byte 4)`,
		"host example.com":              `"example.com" (at byte 5): expected an address; names are not resolved`,
		"example.com":                   `"example.com" (at byte 0): expected host, net, port or a protocol`,
		"10.0.0.1":                      `expected host, net, port or a protocol`,
		"host":                          "expected an address, a port or a number at the expression's end",
		"port and tcp":                  `"and" (at byte 5): expected an address`,
		"net 10.0.0.1/8":                `bits of the host are set; the network is 10.0.0.0/8`,
		"net ::ffff:10.0.0.0/8":         "write it as IPv4",
		"net 10.0.0.0 mask 255.0.255.0": "expected a netmask",
		"port 70000":                    "expected a number up to 65535",
		"port nosuchservice":            "expected a port, or the name of one",
		"portrange 1-x":                 "expected a port",
		"ether port 80":                 "a port does not go with ether",
		"tcp host 10.0.0.1":             "an address does not go with tcp",
		"ip6 host 10.0.0.1":             "an address does not go with ip6",
		"ether host 10.0.0.1":           "not an Ethernet address",
		"ether proto 64":                "it is a length",
		"tcp proto 6":                   "proto goes with ether, ip or ip6",
		"src proto 6":                   "a protocol has no src",
		"(tcp":                          "expected ) at the expression's end",
		"tcp)":                          `")" (at byte 3): expected and, or, or the end`,
		"tcp udp":                       `does not belong here`,
		"tcp port 80 udp":               `"udp" (at byte 12): expected and, or, or the end`,
		"port (80 or":                   "expected an address",
		"port (80 81)":                  "expected or, and, or )",
		"not":                           "expected host, net, port or a protocol at the expression's end",
		"less x":                        "expected a number",
		"vlan 4096":                     "up to 4095",
		"ip broadcast":                  "of ip is not supported",
		"ip protochain 6":               "expected an address",
		"gateway 10.0.0.1":              "expected host, net",
		"ether 80":                      "not an Ethernet address",
		strings.Repeat("(", 200):        "nested too deeply",
		strings.Repeat(" ", mostText+1): "more than 64 KiB",
		"host 10.0.0.1" + strings.Repeat(" or host 10.0.0.1", 500): "instructions, more than",
	} {
		_, err := Compile(expression, layers.LinkTypeEthernet, keep)
		require.ErrorContains(t, err, want, expression)
	}
	for _, expression := range []string{"ether host 02:00:00:00:00:01", "broadcast", "ether multicast", "ether proto 0x800"} {
		_, err := Compile(expression, layers.LinkTypeRaw, keep)
		require.ErrorContains(t, err, "this link has no", expression)
	}
	_, err := Compile("tcp", layers.LinkTypeIEEE802_11, keep)
	require.ErrorContains(t, err, "not for link type")
	empty, err := Compile("", layers.LinkTypeIEEE802_11, 96)
	require.NoError(t, err)
	require.Equal(t, []bpf.Instruction{bpf.RetConstant{Val: 96}, bpf.RetConstant{}}, empty)
}

func TestLongExpressionsJumpFar(t *testing.T) {
	for _, n := range []int{1, 10, 17, 18, 19, 100, 150} {
		text := strings.Repeat("host 10.9.9.9 or ", n)
		require.Len(t, taken(t, text+"port 443", layers.LinkTypeEthernet, [][]byte{tcp4()}), 1)
		require.Empty(t, taken(t, text+"port 444", layers.LinkTypeEthernet, [][]byte{tcp4()}))
		require.Empty(t, taken(t, "not ("+text+"port 443)", layers.LinkTypeEthernet, [][]byte{tcp4()}))
	}
}

// TestAgainstTcpdump lets tcpdump filter a capture by the same expressions.
func TestAgainstTcpdump(t *testing.T) {
	tcpdump, err := exec.LookPath("tcpdump")
	if err != nil {
		t.Skip("tcpdump is not installed")
	}
	d := newDice()
	frames := make([][]byte, 400)
	for i := range frames {
		frames[i] = d.frame()
	}
	path := filepath.Join(t.TempDir(), "frames.pcap")
	require.NoError(t, os.WriteFile(path, capture(t, frames), 0o600))
	for i := range 80 {
		expression := d.expression(2)
		if i < 30 {
			expression = d.primitive()
		}
		var stderr bytes.Buffer
		c := exec.Command(tcpdump, "-r", path, "-w", "-", expression)
		c.Stderr = &stderr
		out, err := c.Output()
		if refused(stderr.String()) {
			continue // nothing can be taken, says tcpdump's optimizer
		}
		require.NoError(t, err, "%s: %s", expression, &stderr)
		require.Equal(t, indices(t, out), taken(t, expression, layers.LinkTypeEthernet, frames), expression)
	}
}

func refused(stderr string) bool { return strings.Contains(stderr, "expression rejects all packets") }

// capture has the frame's number as its time.
func capture(t *testing.T, frames [][]byte) []byte {
	var out bytes.Buffer
	w := pcapgo.NewWriter(&out)
	require.NoError(t, w.WriteFileHeader(65535, layers.LinkTypeEthernet))
	for i, f := range frames {
		require.NoError(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(int64(i), 0), CaptureLength: len(f), Length: len(f)}, f))
	}
	return out.Bytes()
}

func indices(t *testing.T, data []byte) []int {
	r, err := pcapgo.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	var out []int
	for {
		_, info, err := r.ReadPacketData()
		if err == io.EOF { //nolint:errorlint // as the reader documents it
			return out
		}
		require.NoError(t, err)
		out = append(out, int(info.Timestamp.Unix()))
	}
}

// FuzzCompile compiles anything, and runs what compiles on anything.
func FuzzCompile(f *testing.F) {
	d := newDice()
	for range 50 {
		f.Add(d.expression(2), d.frame(), true)
	}
	f.Add("tcp[13] = 2", tcp4(), false)
	f.Fuzz(func(t *testing.T, expression string, frame []byte, ethernet bool) {
		if strings.Contains(expression, "port") && strings.Contains(expression, "_") {
			return // do not ask the system for odd services
		}
		link := layers.LinkTypeRaw
		if ethernet {
			link = layers.LinkTypeEthernet
		}
		program, err := Compile(expression, link, keep)
		if err != nil {
			return
		}
		if _, err := bpf.Assemble(program); err != nil {
			t.Fatal(err)
		}
		machine, err := bpf.NewVM(program)
		if err != nil {
			if strings.Contains(expression, "vlan") {
				return // the machine knows no tags
			}
			t.Fatal(err)
		}
		_, _ = machine.Run(frame)
	})
}
