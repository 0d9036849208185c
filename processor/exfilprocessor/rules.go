package exfilprocessor

import (
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/bulkupload"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/chunkedupload"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/dnstunnel"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/encryptedupload"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/fanout"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ftpupload"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/httpupload"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/icmptunnel"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/scheduledupload"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/slowdrip"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/suspiciousdestination"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/unusualsender"
)

// Rules configures each rule.
type Rules struct {
	HTTPUpload            httpupload.Config            `mapstructure:"http_upload"`
	FTPUpload             ftpupload.Config             `mapstructure:"ftp_upload"`
	BulkUpload            bulkupload.Config            `mapstructure:"bulk_upload"`
	ChunkedUpload         chunkedupload.Config         `mapstructure:"chunked_upload"`
	EncryptedUpload       encryptedupload.Config       `mapstructure:"encrypted_upload"`
	DNSTunnel             dnstunnel.Config             `mapstructure:"dns_tunnel"`
	EncryptedDNS          dnstunnel.EncryptedConfig    `mapstructure:"encrypted_dns"`
	ICMPTunnel            icmptunnel.Config            `mapstructure:"icmp_tunnel"`
	ScheduledUpload       scheduledupload.Config       `mapstructure:"scheduled_upload"`
	SlowDrip              slowdrip.Config              `mapstructure:"slow_drip"`
	FanOut                fanout.Config                `mapstructure:"fan_out"`
	UnusualSender         unusualsender.Config         `mapstructure:"unusual_sender"`
	SuspiciousDestination suspiciousdestination.Config `mapstructure:"suspicious_destination"`
}

func defaultRules() Rules {
	return Rules{
		HTTPUpload:            httpupload.DefaultConfig(),
		FTPUpload:             ftpupload.DefaultConfig(),
		BulkUpload:            bulkupload.DefaultConfig(),
		ChunkedUpload:         chunkedupload.DefaultConfig(),
		EncryptedUpload:       encryptedupload.DefaultConfig(),
		DNSTunnel:             dnstunnel.DefaultConfig(),
		EncryptedDNS:          dnstunnel.DefaultEncryptedConfig(),
		ICMPTunnel:            icmptunnel.DefaultConfig(),
		ScheduledUpload:       scheduledupload.DefaultConfig(),
		SlowDrip:              slowdrip.DefaultConfig(),
		FanOut:                fanout.DefaultConfig(),
		UnusualSender:         unusualsender.DefaultConfig(),
		SuspiciousDestination: suspiciousdestination.DefaultConfig(),
	}
}

// rules makes the rules of one shard: the registry, in the order in which they see
// a record. The lists are shared.
func (c *Config) rules(lists *indicator.Lists) []engine.Rule {
	limit, idle := max(c.Limits.Destinations/c.Shards, 1), int64(c.Window+c.QuietPeriod)
	registry := []struct {
		enabled bool
		rule    engine.Rule
	}{
		{c.Rules.HTTPUpload.Enabled, httpupload.New(c.Rules.HTTPUpload, limit, idle)},
		{c.Rules.FTPUpload.Enabled, ftpupload.New(c.Rules.FTPUpload, limit, idle)},
		{c.Rules.EncryptedUpload.Enabled, encryptedupload.New(c.Rules.EncryptedUpload, limit, idle)},
		{c.Rules.BulkUpload.Enabled, bulkupload.New(c.Rules.BulkUpload)},
		{c.Rules.SlowDrip.Enabled, slowdrip.New(c.Rules.SlowDrip, limit)},
		{c.Rules.ChunkedUpload.Enabled, chunkedupload.New(c.Rules.ChunkedUpload)},
		{c.Rules.DNSTunnel.Enabled, dnstunnel.New(c.Rules.DNSTunnel, min(limit, dnstunnel.Most/c.Shards), int64(c.Retention))},
		{c.Rules.EncryptedDNS.Enabled, dnstunnel.NewEncrypted(c.Rules.EncryptedDNS, min(limit, dnstunnel.MostResolvers/c.Shards), int64(c.Retention))},
		{c.Rules.ICMPTunnel.Enabled, icmptunnel.New(c.Rules.ICMPTunnel, min(limit, icmptunnel.Most/c.Shards), int64(c.Retention))},
		{c.Rules.ScheduledUpload.Enabled, scheduledupload.New(c.Rules.ScheduledUpload)},
		{c.Rules.FanOut.Enabled, fanout.New(c.Rules.FanOut)},
		{c.Rules.UnusualSender.Enabled, unusualsender.New(c.Rules.UnusualSender, limit)},
		{c.Rules.SuspiciousDestination.Enabled, suspiciousdestination.New(c.Rules.SuspiciousDestination, lists)},
	}
	var enabled []engine.Rule
	for _, r := range registry {
		if r.enabled {
			enabled = append(enabled, r.rule)
		}
	}
	return enabled
}
