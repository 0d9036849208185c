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
	Name  string // without Docker's leading slash
	Image string // registry and repository, without tag or digest

	Pod          string
	Namespace    string
	K8sContainer string

	// These fill in what the cgroup path left open.
	runtime string
	podUID  string
}

// named is the container with its names. What the kernel's path says stays.
func (c Container) named(names Names) *Container {
	c.Names = names
	c.Runtime = firstOf(c.Runtime, names.runtime)
	c.PodUID = firstOf(c.PodUID, names.podUID)
	return &c
}

// Resource is the container as a flow record's resource, on the given host.
func (c *Container) Resource(host, hostID string) flow.Resource {
	return flow.Resource{
		ContainerID:  c.ContainerID,
		Runtime:      c.Runtime,
		Container:    c.Name,
		Image:        c.Image,
		PodUID:       c.PodUID,
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
