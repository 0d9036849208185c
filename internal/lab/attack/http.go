package attack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
)

// client speaks HTTP to one address only, whatever the URL says.
func client(to netip.AddrPort, protocols *http.Protocols) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Protocols: protocols,
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return dial(ctx, to)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// send makes one request and reads the answer to its end.
func send(c *http.Client, r *http.Request) error {
	answer, err := c.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s", r.Method, r.URL, answer.Status)
	}
	return nil
}

func put(ctx context.Context, o Options, to netip.AddrPort) (int64, error) {
	return upload(ctx, o, client(to, nil), true)
}

// putH2 speaks HTTP/2 in cleartext with prior knowledge (RFC 9113 §3.3).
func putH2(ctx context.Context, o Options, to netip.AddrPort) (int64, error) {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	return upload(ctx, o, client(to, &protocols), true)
}

// postChunked does not say how much it sends (RFC 9112 §7.1).
func postChunked(ctx context.Context, o Options, to netip.AddrPort) (int64, error) {
	return upload(ctx, o, client(to, nil), false)
}

func upload(ctx context.Context, o Options, c *http.Client, declared bool) (int64, error) {
	file, err := os.Open(o.File)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	method, length := http.MethodPost, int64(-1)
	if declared {
		method, length = http.MethodPut, info.Size()
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+o.To+"/upload", io.NopCloser(file))
	if err != nil {
		return 0, err
	}
	r.ContentLength = length
	return info.Size(), send(c, r)
}

// postMany is what an ordinary client of an API does.
func postMany(ctx context.Context, o Options, to netip.AddrPort) (int64, error) {
	c := client(to, nil)
	body := bytes.Repeat([]byte("x"), o.Size)
	var written int64
	for range o.Count {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+o.To+"/api/events", bytes.NewReader(body))
		if err != nil {
			return written, err
		}
		if err := send(c, r); err != nil {
			return written, err
		}
		written += int64(o.Size)
	}
	return written, nil
}

// get downloads and throws away.
func get(ctx context.Context, u *url.URL, to netip.AddrPort) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	return send(client(to, nil), r)
}
