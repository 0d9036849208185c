package l7

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTFTP(t *testing.T) {
	for sample, want := range map[string]TFTPRequest{
		"\x00\x02stolen.tgz\x00octet\x00":                                         {Write: true},
		"\x00\x02stolen.tgz\x00OCTET\x00TSIZE\x0010485760\x00blksize\x001428\x00": {Write: true, Size: 10485760},
		"\x00\x01/pxelinux.0\x00netascii\x00tsize\x000\x00":                       {Read: true},
		"\x00\x01a\x00octet\x00tsize\x0077\x00":                                   {Read: true},
		"\x00\x02a\x00mail\x00tsize\x0099999999999999999999\x00":                  {Write: true},
		"\x00\x02b\xc3\xa4ckup\x00octet\x00tsize\x00-5\x00":                       {Write: true},
	} {
		for _, port := range []uint16{69, 4000} {
			in := Input{Payload: []byte(sample), UDP: true, RemotePort: port}
			assert.Equal(t, Message{Protocol: "tftp", TFTP: want}, Parse(in), "%q", sample)
			checkTruncated(t, in, "tftp")
		}
	}
}

func TestTFTPLater(t *testing.T) {
	for _, sample := range []string{"\x00\x03\x00\x01data", "\x00\x04\x00\x01", "\x00\x05\x00\x01no\x00", "\x00\x06tsize\x0010\x00"} {
		in := Input{Payload: []byte(sample), UDP: true, Known: "tftp"}
		assert.Equal(t, Message{Protocol: "tftp"}, Parse(in), "%q", sample)
		in.Known = ""
		assert.Empty(t, Parse(in).Protocol, "%q", sample)
	}
}

func TestNotTFTP(t *testing.T) {
	for _, sample := range []string{
		"", "\x00\x02", "\x00\x02\x00octet\x00", "\x00\x02a\x00octet", "\x00\x02a\x00binary\x00", "\x00\x02a\x1b\x00octet\x00",
		"\x00\x02a\x00octet\x00tsize\x00", "\x00\x02a\x00octet\x00tsize\x005", "\x00\x02a\x00octet\x00\x00\x00", "\x00\x07a\x00octet\x00",
	} {
		in := Input{Payload: []byte(sample), UDP: true, RemotePort: 69}
		assert.Empty(t, Parse(in).Protocol, "%q", sample)
	}
	assert.Empty(t, Parse(Input{Payload: []byte("\x00\x02a\x00octet\x00")}).Protocol, "TCP")
}

func BenchmarkTFTP(b *testing.B) {
	benchmark(b, Input{Payload: []byte("\x00\x02backup.tgz\x00octet\x00tsize\x0010485760\x00"), UDP: true, RemotePort: 69})
}
