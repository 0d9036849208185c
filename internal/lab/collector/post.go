package collector

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
)

// Loopback finds a free port of this machine's loopback.
func Loopback() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Post sends OTLP JSON lines to a collector that listens on addr.
func Post(ctx context.Context, addr string, lines []byte) error {
	for line := range bytes.Lines(lines) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/v1/logs", bytes.NewReader(line))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		if err := answer.Body.Close(); err != nil {
			return err
		}
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("the collector answered %s", answer.Status)
		}
	}
	return nil
}
