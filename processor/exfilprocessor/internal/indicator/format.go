package indicator

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"
)

// Format is how a file is written.
type Format string

// The formats that are read.
const (
	Plain Format = "plain"
	CSV   Format = "csv"
	STIX  Format = "stix"
)

// unit is what of the format is counted.
func (f Format) unit() string {
	if f == STIX {
		return "object"
	}
	return "line"
}

// sniffed is how much of a file's beginning is looked at to tell its format.
const sniffed = 4096

var byteOrderMark = []byte("\xEF\xBB\xBF")

// readAll puts all of a file's indicators into b.
func readAll(r io.Reader, name string, b *builder) error {
	buffered := bufio.NewReaderSize(r, max(sniffed, b.limits.line))
	head, err := buffered.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.HasPrefix(head, byteOrderMark) {
		if _, err := buffered.Discard(len(byteOrderMark)); err != nil {
			return err
		}
		head = head[len(byteOrderMark):]
	}
	head = bytes.TrimSpace(head)
	if len(head) == 0 && errors.Is(err, io.EOF) {
		return ErrEmpty
	}
	if bytes.HasPrefix(head, []byte("<")) {
		return ErrMarkup
	}
	if isSTIX(head, name) {
		b.format = STIX
		return readBundle(buffered, b)
	}
	return readText(buffered, strings.EqualFold(filepath.Ext(name), ".csv"), b)
}

func isSTIX(head []byte, name string) bool {
	if bytes.HasPrefix(head, []byte("{")) {
		return true
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json", ".stix", ".stix2":
		return true
	default:
		return false
	}
}
