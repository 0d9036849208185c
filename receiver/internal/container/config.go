package container

import (
	"errors"
	"time"
)

// Config says where the host's cgroups and container runtimes are. The zero
// value fits a collector that runs on the host itself.
type Config struct {
	// HostRoot is where the host's root directory is mounted, for a collector in
	// a container. Every path below is taken inside it. Empty means /.
	HostRoot string
	// CgroupRoot is the cgroup v2 mount, as this process sees it. Empty means to
	// find it in /proc/self/mountinfo.
	CgroupRoot string
	// Sockets are Docker Engine API sockets; podman's speaks the same. Nil means
	// the usual places; an empty list means none.
	Sockets []string
	// Nested has a container within a container (kind, Docker in Docker) told as
	// itself. Else it is the outer one's: a container that may write cgroups
	// could make itself ever new ones.
	Nested bool
	// MaxCgroups bounds the cgroups remembered. Zero means 16384.
	MaxCgroups int
	// Linger is how long a removed container stays known, for late records.
	// Zero means 5 minutes.
	Linger time.Duration
}

const (
	defaultMaxCgroups = 16384
	defaultLinger     = 5 * time.Minute
)

// Validate reports settings that cannot work.
func (c *Config) Validate() error {
	if c.MaxCgroups < 0 {
		return errors.New("max_cgroups must not be negative")
	}
	if c.Linger < 0 {
		return errors.New("linger must not be negative")
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.HostRoot == "" {
		c.HostRoot = "/"
	}
	if c.Sockets == nil {
		c.Sockets = []string{"/run/docker.sock", "/run/podman/podman.sock"}
	}
	if c.MaxCgroups == 0 {
		c.MaxCgroups = defaultMaxCgroups
	}
	if c.Linger == 0 {
		c.Linger = defaultLinger
	}
	return c
}
