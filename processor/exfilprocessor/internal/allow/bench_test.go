package allow

import (
	"testing"
	"time"
)

// BenchmarkTake is what an allowance costs each record of its workload.
func BenchmarkTake(b *testing.B) {
	night := Schedule{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "01:00", To: "05:00", TimeZone: "Europe/Berlin"}
	full := Config{
		Reason:   "nightly backup",
		Workload: Workload{Cluster: "prod", Namespace: "shop", Kind: "cronjob", Name: "db-*", Image: "registry.example/backup"},
		Destination: Destination{
			Networks: []string{"198.51.100.0/24", "203.0.113.0/24"}, Domains: []string{"backup.example", "*.storage.example"},
			Protocols: []string{"ftp", "ftp-data"},
		},
		Schedule: &night,
		MaxBytes: bytesOf(1 << 60),
		Expires:  "2027-03-01",
	}
	inside, outside := at(b, "2026-06-10T02:00:00Z"), at(b, "2026-06-10T12:00:00Z")
	res := cronJob()
	for name, bench := range map[string]struct {
		config Config
		when   int64
		every  time.Duration // between records
		server string
	}{
		"hit":            {full, inside, 0, "eu.storage.example"},
		"hit, no limits": {permit(), inside, 0, ""},
		"miss by name":   {full, inside, 0, "eu.storage.evil"},
		"miss by port":   {permit(toward(Destination{Ports: []int{21, 990}})), inside, 0, ""},
		"miss by time":   {full, outside, 0, "eu.storage.example"},
		"next day":       {full, inside, 24 * time.Hour, "eu.storage.example"},
	} {
		b.Run(name, func(b *testing.B) {
			p := pass(b, bench.config)
			r := upload(bench.when, 1)
			r.Server = bench.server
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				r.Time = bench.when + int64(bench.every)*int64(i%90)
				p.Take(&res, &r)
			}
		})
	}
}
