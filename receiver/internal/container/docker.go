package container

import (
	"context"
	"net"
	"net/http"
	"path/filepath"
	"strings"
)

// dockerContainer is the part of Docker's container document that is read. The
// API and the file config.v2.json agree on it.
type dockerContainer struct {
	ID     string
	Name   string
	Config struct {
		Image  string
		Labels map[string]string
	}
}

// dockerNames takes the names out of a document, if it is this container's.
func dockerNames(doc *dockerContainer, containerID, runtime string) (Names, bool) {
	if doc.ID != containerID || doc.Name == "" {
		return Names{}, false
	}
	labels := doc.Config.Labels
	return Names{
		runtime:      runtime,
		Name:         strings.TrimPrefix(doc.Name, "/"),
		Image:        imageName(doc.Config.Image),
		Pod:          labels["io.kubernetes.pod.name"],
		Namespace:    labels["io.kubernetes.pod.namespace"],
		K8sContainer: labels["io.kubernetes.container.name"],
	}, true
}

// dockerFiles is the daemon's own directory of containers.
type dockerFiles struct{ dir string }

func (dockerFiles) serves(runtime string) bool { return runtime == "" || runtime == "docker" }

func (d dockerFiles) names(_ context.Context, containerID string) (Names, bool) {
	var doc dockerContainer
	if err := readJSON(filepath.Join(d.dir, containerID, "config.v2.json"), &doc); err != nil {
		return Names{}, false
	}
	return dockerNames(&doc, containerID, "docker")
}

// dockerSocket asks a Docker Engine API, or podman's compatible one.
type dockerSocket struct{ client *http.Client }

func newDockerSocket(path string) *dockerSocket {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, "unix", path)
	}
	return &dockerSocket{client: &http.Client{
		Transport: &http.Transport{
			DialContext:            dial,
			MaxConnsPerHost:        maxAsking,
			MaxIdleConnsPerHost:    1,
			IdleConnTimeout:        tickEvery,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (*dockerSocket) serves(runtime string) bool {
	return runtime == "" || runtime == "docker" || runtime == "podman"
}

func (d *dockerSocket) names(ctx context.Context, containerID string) (Names, bool) {
	// Without a version the daemon answers with its newest API. The host part
	// is not used.
	url := "http://docker/containers/" + containerID + "/json"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return Names{}, false
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return Names{}, false
	}
	defer func() { _ = resp.Body.Close() }()
	var doc dockerContainer
	if resp.StatusCode != http.StatusOK || decodeJSON(resp.Body, &doc) != nil {
		return Names{}, false
	}
	return dockerNames(&doc, containerID, engine(resp.Header))
}

// engine tells podman's answers from Docker's.
func engine(header http.Header) string {
	if header.Get("Libpod-Api-Version") != "" {
		return "podman"
	}
	return "docker"
}
