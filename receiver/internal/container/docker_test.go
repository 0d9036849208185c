package container

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serveSocket runs handler on a unix socket and returns the host root it is in;
// the socket is /docker.sock there.
func serveSocket(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	root, err := os.MkdirTemp("", "sock") // t.TempDir may be too long for a socket
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	listener, err := net.Listen("unix", filepath.Join(root, "docker.sock"))
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(handler)
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return root
}

// engineAPI answers like a Docker Engine that has one container.
func engineAPI(containerID, document string) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodGet || req.URL.Path != "/containers/"+containerID+"/json" {
			http.Error(w, `{"message":"No such container"}`, http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(document))
	}
}

func askSocket(ctx context.Context, t *testing.T, root string) (Names, bool) {
	t.Helper()
	s := newSearch(Config{HostRoot: root, Sockets: []string{"/absent.sock", "/docker.sock"}})
	t.Cleanup(s.close)
	return s.ask(ctx, ID{ContainerID: idA})
}

func TestDockerSocket(t *testing.T) {
	document := withIDs(`{"Id":"A","Name":"/web","Config":{"Image":"shop/web:1@sha256:B","Labels":{"io.kubernetes.pod.name":"p"}}}`)
	names, ok := askSocket(t.Context(), t, serveSocket(t, engineAPI(idA, document)))
	require.True(t, ok)
	assert.Equal(t, Names{Name: "web", Image: "shop/web", Pod: "p", runtime: "docker"}, names)
}

func TestPodmanSocket(t *testing.T) {
	api := engineAPI(idA, withIDs(`{"Id":"A","Name":"/batch","Config":{"Image":"localhost/batch:latest"}}`))
	root := serveSocket(t, func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Libpod-API-Version", "5.0.0")
		api(w, req)
	})
	names, ok := askSocket(t.Context(), t, root)
	require.True(t, ok)
	assert.Equal(t, Names{Name: "batch", Image: "localhost/batch", runtime: "podman"}, names)
}

func TestDockerSocketRefuses(t *testing.T) {
	handlers := map[string]http.HandlerFunc{
		"not found":   engineAPI(idB, "{}"),
		"error":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"not JSON":    engineAPI(idA, "<html>"),
		"another's":   engineAPI(idA, withIDs(`{"Id":"B","Name":"/x"}`)),
		"too large":   engineAPI(idA, withIDs(`{"Id":"A","Name":"/x","y":"`+strings.Repeat("y", maxDocument)+`"}`)),
		"endless":     endless,
		"huge header": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) },
		"redirect": func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, "/containers/x", http.StatusFound)
		},
		"null document": engineAPI(idA, "null"),
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			_, ok := askSocket(t.Context(), t, serveSocket(t, handler))
			assert.False(t, ok)
		})
	}
}

func endless(w http.ResponseWriter, req *http.Request) {
	chunk := []byte(strings.Repeat(" ", 64<<10))
	for req.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

func TestDockerSocketDeadline(t *testing.T) {
	arrived := make(chan struct{})
	root := serveSocket(t, func(_ http.ResponseWriter, req *http.Request) {
		close(arrived)
		<-req.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	_, ok := askSocket(ctx, t, root)
	assert.False(t, ok)
}
