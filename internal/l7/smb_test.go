package l7

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// overSession puts the header of [MS-SMB2] §2.1 in front.
func overSession(message string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...)
}

// smb2 is a header of [MS-SMB2] §2.2.1 and a body.
func smb2(command, flags uint16, body string) []byte {
	header := make([]byte, smb2Header)
	copy(header, "\xfeSMB\x40")
	binary.LittleEndian.PutUint16(header[12:], command)
	binary.LittleEndian.PutUint16(header[16:], flags)
	return overSession(string(header) + body)
}

func smb1(flags byte) []byte {
	header := make([]byte, smb1Header)
	copy(header, "\xffSMB\x72")
	header[9] = flags
	return overSession(string(header) + "\x00\x0c\x00\x02NT LM 0.12\x00")
}

func TestSMB(t *testing.T) {
	response := func(dialect string) []byte { return smb2(0, 1, "\x41\x00\x01\x00"+dialect+strings.Repeat("\x00", 58)) }
	called := "\x20" + strings.Repeat("CA", 16) + "\x00"
	for name, test := range map[string]struct {
		sample  []byte
		version string
	}{
		"SMB 1 offer":     {smb1(0x18), ""},
		"SMB 1 answer":    {smb1(0x98), "1"},
		"offer":           {smb2(0, 0, "\x24\x00\x05\x00\x01\x00\x00\x00"), ""},
		"2.0.2":           {response("\x02\x02"), "2.0.2"},
		"2.1":             {response("\x10\x02"), "2.1"},
		"3.0":             {response("\x00\x03"), "3.0"},
		"3.0.2":           {response("\x02\x03"), "3.0.2"},
		"3.1.1":           {response("\x11\x03"), "3.1.1"},
		"another follows": {response("\xff\x02"), ""},
		"write":           {smb2(9, 0, "\x31\x00"), ""},
		"encrypted":       {overSession("\xfdSMB" + strings.Repeat("x", 80)), ""},
		"compressed":      {overSession("\xfcSMB" + strings.Repeat("x", 80)), ""},
		"session":         {[]byte("\x81\x00\x00\x44" + called + called), ""},
	} {
		in := Input{Payload: test.sample, RemotePort: 445}
		m := Parse(in)
		assert.Equal(t, Message{Protocol: "smb", Version: test.version}, m, name)
		assert.False(t, Incomplete(in, &m), name)
		checkTruncated(t, in, "smb")
	}
}

func TestSMBIncomplete(t *testing.T) {
	whole := smb2(0, 1, "\x41\x00\x01\x00\x11\x03")
	for end := 1; end < len(whole); end++ {
		in := Input{Payload: whole[:end], Direction: Ingress}
		m := Parse(in)
		assert.True(t, Incomplete(in, &m), "cut at %d", end)
	}
}

func TestNotSMB(t *testing.T) {
	for _, sample := range []string{
		"", "\x00\x00\x00\x40\xfeSM", "\x00\x00\x00\x1f\xfeSMB" + strings.Repeat("x", 60), "\x01\x00\x00\x40\xfeSMB" + strings.Repeat("x", 60),
		"\x00\xff\xff\xff\xfeSMB" + strings.Repeat("x", 60), "\x00\x00\x00\x40\xfbSMB" + strings.Repeat("x", 60),
		"\x81\x00\x00\x44\x20" + strings.Repeat("x", 80),
	} {
		assert.Empty(t, Parse(Input{Payload: []byte(sample), RemotePort: 445}).Protocol, "%q", sample)
	}
}

func BenchmarkSMB(b *testing.B) {
	benchmark(b, Input{Payload: smb2(0, 1, "\x41\x00\x01\x00\x11\x03"), RemotePort: 445})
}
