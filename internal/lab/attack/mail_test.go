package attack

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMailedIsWhatAMailTakes(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 56, 57, 58, 114, 1000} {
		var mail bytes.Buffer
		written, err := writeMail(&mail, io.LimitReader(strings.NewReader(strings.Repeat("x", n)), int64(n)))
		require.NoError(t, err)
		assert.Equal(t, Mailed(int64(n)), written, "%d bytes", n)
		_, body, _ := strings.Cut(mail.String(), "\r\n\r\n")
		assert.Len(t, body, int(written))
	}
}
