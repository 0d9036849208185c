package container

import "github.com/otelcol-exfil/otelcol-exfil/internal/flow"

// Container is what is known of one container at one moment. It is never
// changed after a Lookup has returned it: ask again to see a name that has
// arrived since.
type Container struct {
	ID
	Names
	// Settled says that the search for names has ended, found or not. A record
	// may be held for a moment until then.
	Settled bool
}

// Names is what the container's runtime says of it. Empty fields are unknown.
type Names struct {
	// Runtime settles what the cgroup path left open.
	Runtime string
	Name    string // without Docker's leading slash
	Image   string // registry and repository, without tag or digest

	Pod          string
	Namespace    string
	K8sContainer string
	PodUID       string
}

// Resource is the container as a flow record's resource, on the given host.
func (c *Container) Resource(host, hostID string) flow.Resource {
	return flow.Resource{
		ContainerID:  c.ContainerID,
		Runtime:      firstOf(c.ID.Runtime, c.Names.Runtime),
		Container:    c.Name,
		Image:        c.Image,
		PodUID:       firstOf(c.ID.PodUID, c.Names.PodUID),
		Pod:          c.Pod,
		Namespace:    c.Namespace,
		K8sContainer: c.K8sContainer,
		Host:         host,
		HostID:       hostID,
	}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
