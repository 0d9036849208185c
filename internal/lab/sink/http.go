package sink

import (
	"crypto/tls"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxDownload bounds what one request may ask for, in bytes.
const maxDownload = 4 << 30

// HTTPServer takes any upload on any path, by HTTP/1.1 and by HTTP/2, with TLS
// where a configuration is given and in cleartext where not. GET
// /download?bytes=N answers with N bytes.
func HTTPServer(c *Counter, config *tls.Config) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { upload(c, w, r) })
	mux.HandleFunc("GET /download", download)
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           mux,
		Protocols:         &protocols,
		TLSConfig:         config,
		ReadHeaderTimeout: 10 * time.Second,
	}
}

func upload(c *Counter, w http.ResponseWriter, r *http.Request) {
	c.sawHead()
	if err := c.drain(r.Body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

func download(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.ParseInt(r.URL.Query().Get("bytes"), 10, 64)
	if err != nil || n < 0 || n > maxDownload {
		http.Error(w, "bytes: a number up to 4 GiB", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
	_, _ = io.CopyN(w, zeros{}, n) // the client may hang up: its business
}

// zeros is an endless stream of zero bytes.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
