package suspiciousdestination

import "github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"

// service is a class of public services.
type service struct {
	class      string
	words      string // what one of them is
	techniques []string
	score      float64 // at the volume that is worth an alert
}

const (
	// strongScore is that of services which workloads have little honest use for.
	strongScore = 42
	// commonScore is that of services which many workloads use.
	commonScore = 35
)

// services are the classes, in the order of indicator's.
var services = [...]service{
	{indicator.ClassPaste, "a paste site", []string{"T1567.003", "T1567"}, strongScore},
	{indicator.ClassFileSharing, "a file-sharing service", []string{"T1567.002", "T1567"}, strongScore},
	{indicator.ClassCloudStorage, "a storage service for consumers", []string{"T1567.002", "T1567"}, commonScore},
	{indicator.ClassTunnel, "a tunnel service", []string{"T1572", "T1567"}, strongScore},
	{indicator.ClassRequestBin, "a service that shows the requests it gets", []string{"T1567"}, strongScore},
	{indicator.ClassWebhook, "a service that takes webhooks", []string{"T1567.004", "T1567"}, commonScore},
}
