package allow

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/collector/confmap"
)

// Config is one allowance: what a workload is known to send, and may.
type Config struct {
	// Reason is why the traffic is expected, for whoever reads it next year.
	Reason      string      `mapstructure:"reason" yaml:"reason"`
	Workload    Workload    `mapstructure:"workload" yaml:"workload"`
	Destination Destination `mapstructure:"destination" yaml:"destination"`
	// Schedule is when. Without it: always.
	Schedule *Schedule `mapstructure:"schedule" yaml:"schedule,omitempty"`
	// MaxBytes is the ceiling of an occurrence of the schedule, or without one of a
	// day in UTC. Without it there is none.
	MaxBytes *Bytes `mapstructure:"max_bytes" yaml:"max_bytes,omitempty"`
	// Expires is a date, whose end in UTC is meant, or an RFC 3339 time. Without it
	// the allowance does not expire.
	Expires string `mapstructure:"expires" yaml:"expires,omitempty"`
}

// Workload selects by patterns: * stands for any characters, ? for one. Every
// field given must match.
type Workload struct {
	Cluster   string `mapstructure:"cluster" yaml:"cluster,omitempty"`
	Namespace string `mapstructure:"namespace" yaml:"namespace,omitempty"`
	// Kind is deployment, statefulset, daemonset or cronjob; no pattern.
	Kind string `mapstructure:"kind" yaml:"kind,omitempty"`
	// Name is that of the controller.
	Name string `mapstructure:"name" yaml:"name,omitempty"`
	// Image is without tag and digest.
	Image string `mapstructure:"image" yaml:"image,omitempty"`
	// Container is its name in the pod, outside Kubernetes the runtime's.
	Container string `mapstructure:"container" yaml:"container,omitempty"`
}

// Destination selects the peer. Every field given must match, by any of its
// entries.
type Destination struct {
	// Networks are in CIDR form.
	Networks []string `mapstructure:"networks" yaml:"networks,omitempty,flow"`
	// Domains are names, or "*." and a name, for any name below it.
	Domains []string `mapstructure:"domains" yaml:"domains,omitempty,flow"`
	// Ports are the peer's.
	Ports []int `mapstructure:"ports" yaml:"ports,omitempty,flow"`
	// Protocols are application protocols, of a record without one the transport.
	Protocols []string `mapstructure:"protocols" yaml:"protocols,omitempty,flow"`
}

// Schedule is a stretch of the day. An occurrence of it belongs to the day on
// which it begins.
type Schedule struct {
	// Days are mon to sun. Default all.
	Days []string `mapstructure:"days" yaml:"days,omitempty,flow"`
	// From and To are times of day, 15:04. To is not part of the stretch, and is
	// one of the next day where it is not later than From. Default midnight.
	From string `mapstructure:"from" yaml:"from,omitempty"`
	To   string `mapstructure:"to" yaml:"to,omitempty"`
	// TimeZone is an IANA name. Default UTC.
	TimeZone string `mapstructure:"time_zone" yaml:"time_zone,omitempty"`
}

// Unmarshal takes a date that stands in YAML without quotes, and which YAML
// therefore makes a time.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	if t, ok := conf.Get("expires").(time.Time); ok {
		text := map[string]any{"expires": expiryText(t)}
		if err := conf.Merge(confmap.NewFromStringMap(text)); err != nil {
			return err
		}
	}
	return conf.Unmarshal(c)
}

// Validate names the key at fault.
func (c *Config) Validate() error {
	_, err := compile(c)
	return err
}

// compile makes of an allowance what records are compared with.
func compile(c *Config) (*allowance, error) {
	if strings.TrimSpace(c.Reason) == "" {
		return nil, errors.New("reason: say why this is expected")
	}
	a := &allowance{reason: c.Reason, key: fingerprint(c)}
	var err error
	if a.selector, err = c.Workload.compile(); err != nil {
		return nil, fmt.Errorf("workload: %w", err)
	}
	if a.peers, err = c.Destination.compile(); err != nil {
		return nil, fmt.Errorf("destination: %w", err)
	}
	if c.Schedule != nil {
		if a.schedule, err = c.Schedule.compile(); err != nil {
			return nil, fmt.Errorf("schedule: %w", err)
		}
	}
	if c.MaxBytes != nil {
		if a.ceiling = int64(*c.MaxBytes); a.ceiling <= 0 {
			return nil, errors.New("max_bytes: must be positive")
		}
	}
	if a.expires, err = parseExpiry(c.Expires); err != nil {
		return nil, fmt.Errorf("expires: %w", err)
	}
	return a, nil
}
