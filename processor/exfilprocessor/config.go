package exfilprocessor

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow/dialect"
	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/allow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"
)

// Config of the processor. Durations are event time: the records' own.
type Config struct {
	// Flows says what becomes of flow records once read: drop (default) or keep.
	Flows Flows `mapstructure:"flows"`
	// Dialects are the products whose logs are read as flow records, each recognised
	// by the shape of its records. Default all that there are; an empty list reads none.
	Dialects []string `mapstructure:"dialects"`
	// MaxLateness is how far a record may be behind the latest one before it is
	// counted as late. Late records still reach the rules. Default 2m.
	MaxLateness time.Duration `mapstructure:"max_lateness"`
	// QuietPeriod is how long an incident stays open after the last byte sent.
	// Default 10m.
	QuietPeriod time.Duration `mapstructure:"quiet_period"`
	// Window is the stretch of time over which a destination's volume is summed.
	// Default 10m.
	Window time.Duration `mapstructure:"window"`

	// Learning is how long after the first record what is seen is taken for usual,
	// and volumes are reported only from a hundred times their floors. Rules that look
	// at content report from the beginning. Default 24h; 0 learns nothing unseen.
	Learning time.Duration `mapstructure:"learning"`
	// Retention is how long what was learned of a workload or destination is kept
	// after its last record. Default 336h, two weeks.
	Retention time.Duration `mapstructure:"retention"`
	// MinScore is the fused score of its findings, 0 to 100, from which an incident
	// opens. Default 40.
	MinScore float64 `mapstructure:"min_score"`
	// Shards is into how many parts workloads are divided, each run on a core of its
	// own. Default 1, which takes a million records a second or so.
	Shards int `mapstructure:"shards"`

	// Storage is the extension through which state outlives the collector, such as
	// file_storage. Default none: state is lost at its end.
	Storage *component.ID `mapstructure:"storage"`
	// SnapshotInterval is how often what was learned is written to the storage, wall
	// clock. Default 5m.
	SnapshotInterval time.Duration `mapstructure:"snapshot_interval"`

	Networks Networks `mapstructure:"networks"`
	// Allowances are what is known to be good. What one covers, the rules do not see.
	Allowances []allow.Config `mapstructure:"allowances"`
	// Indicators are lists of addresses, networks and names that no workload should
	// send to. Default none.
	Indicators indicator.Config `mapstructure:"indicators"`
	Limits     Limits           `mapstructure:"limits"`
	Rules      Rules            `mapstructure:"rules"`
}

// Flows is what becomes of flow records once read.
type Flows string

// What becomes of flow records.
const (
	Drop Flows = "drop"
	Keep Flows = "keep"
)

// Networks says where an address belongs. Networks within one list may not
// overlap; the two lists may.
type Networks struct {
	// Internal networks are not outside: what is sent there is not exfiltration.
	// Default: private, shared, loopback, link-local and multicast addresses.
	Internal []string `mapstructure:"internal"`
	// Containers are the source addresses taken for containers where the resource
	// does not name one. Default none: such records are rejected.
	Containers []string `mapstructure:"containers"`
	// WorkloadsFile says whose an address is, at what time, where neither the resource
	// nor the record does: see internal/workload. Its addresses are containers' too. It
	// is read again when it changes. Default none.
	WorkloadsFile string `mapstructure:"workloads_file"`
	// AutonomousSystems is a file in MaxMind DB format, such as GeoLite2-ASN, read at
	// start. With it, outside addresses without a name are one destination if they
	// belong to one autonomous system; else if they share a /24 or /48. Default none.
	AutonomousSystems string `mapstructure:"autonomous_systems"`
}

// Limits bound the state held. Past a limit the lightest sender gives way.
type Limits struct {
	// Workloads known at a time. Default 10000.
	Workloads int `mapstructure:"workloads"`
	// Destinations of all workloads together. Default 100000.
	Destinations int `mapstructure:"destinations"`
	// Incidents open at a time. Default 1000. Past it no incident opens.
	Incidents int `mapstructure:"incidents"`
}

func createDefaultConfig() component.Config {
	return &Config{
		Flows:            Drop,
		Dialects:         dialect.Products(),
		MaxLateness:      2 * time.Minute,
		QuietPeriod:      10 * time.Minute,
		Window:           10 * time.Minute,
		Learning:         24 * time.Hour,
		Retention:        14 * 24 * time.Hour,
		MinScore:         40,
		Shards:           1,
		SnapshotInterval: 5 * time.Minute,
		Networks:         Networks{Internal: internalNetworks()},
		Limits:           Limits{Workloads: 10_000, Destinations: 100_000, Incidents: 1_000},
		Rules:            defaultRules(),
	}
}

// internalNetworks are those that no packet leaves an organisation to.
// Documentation networks (RFC 5737, RFC 3849) are outside.
func internalNetworks() []string {
	return []string{
		"0.0.0.0/8",          // this network, RFC 1122
		"10.0.0.0/8",         // private, RFC 1918
		"100.64.0.0/10",      // shared, RFC 6598
		"127.0.0.0/8",        // loopback
		"169.254.0.0/16",     // link-local, RFC 3927
		"172.16.0.0/12",      // private
		"192.168.0.0/16",     // private
		"224.0.0.0/4",        // multicast
		"255.255.255.255/32", // limited broadcast
		"::/127",             // unspecified and loopback
		"fc00::/7",           // unique local, RFC 4193
		"fe80::/10",          // link-local
		"ff00::/8",           // multicast
	}
}

// Validate names the key at fault.
func (c *Config) Validate() error {
	if c.Flows != Drop && c.Flows != Keep {
		return fmt.Errorf("flows: must be %q or %q, not %q", Drop, Keep, c.Flows)
	}
	if _, err := dialect.NewReader(dialect.Options{Products: c.Dialects}); err != nil {
		return fmt.Errorf("dialects: %w", err)
	}
	if c.MaxLateness < 0 {
		return errors.New("max_lateness: must not be negative")
	}
	if c.QuietPeriod <= 0 {
		return errors.New("quiet_period: must be positive")
	}
	if c.Window < time.Second {
		return errors.New("window: must be at least 1s")
	}
	if c.Learning < 0 {
		return errors.New("learning: must not be negative")
	}
	if c.Retention < c.Window {
		return errors.New("retention: must be at least window")
	}
	if max(c.MaxLateness, c.QuietPeriod, c.Window, c.Learning, c.Retention) > maxDuration {
		return fmt.Errorf("max_lateness, quiet_period, window, learning, retention: must be at most %s each", maxDuration)
	}
	if !(c.MinScore >= 0 && c.MinScore <= 100) {
		return errors.New("min_score: must be from 0 to 100")
	}
	if c.Shards < 1 || c.Shards > maxShards {
		return fmt.Errorf("shards: must be from 1 to %d", maxShards)
	}
	if c.SnapshotInterval < time.Second {
		return errors.New("snapshot_interval: must be at least 1s")
	}
	return nil
}

// Validate names the key at fault.
func (n *Networks) Validate() error {
	if _, err := netset.Parse(n.Internal); err != nil {
		return fmt.Errorf("internal: %w", err)
	}
	if _, err := netset.Parse(n.Containers); err != nil {
		return fmt.Errorf("containers: %w", err)
	}
	return nil
}

// Validate names the key at fault.
func (l *Limits) Validate() error {
	if l.Workloads <= 0 || l.Workloads > maxLimit {
		return fmt.Errorf("workloads: must be from 1 to %d", maxLimit)
	}
	if l.Destinations <= 0 || l.Destinations > maxLimit {
		return fmt.Errorf("destinations: must be from 1 to %d", maxLimit)
	}
	if l.Incidents <= 0 || l.Incidents >= l.Destinations || l.Incidents > l.Workloads {
		return errors.New("incidents: must be positive, less than destinations and at most workloads")
	}
	return nil
}

// maxDuration is a year, so that sums of times and durations do not overflow.
const maxDuration = 365 * 24 * time.Hour

// maxShards is more than the cores of a machine that this is worth.
const maxShards = 64

// maxLimit is what a slot number can hold, with room to spare.
const maxLimit = 1 << 30
