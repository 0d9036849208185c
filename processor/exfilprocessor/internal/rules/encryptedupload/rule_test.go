package encryptedupload

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

const (
	kib = 1 << 10
	mib = 1 << 20
	day = 24 * 3600
)

func newRule() *Rule { return New(DefaultConfig(), 100, int64(20*time.Minute)) }

// over is a record of a protocol to a port.
func over(protocol string, port uint16, second int, sent int64) flow.Record {
	r := ruletest.Record(time.Duration(second)*time.Second, 4000, port, sent)
	r.Protocol = protocol
	return r
}

// noisy is a record of no known protocol and of some entropy.
func noisy(entropy float64, port uint16, second int, sent int64) flow.Record {
	r := over("", port, second, sent)
	r.Entropy = entropy
	return r
}

func received(r flow.Record, bytes int64) flow.Record {
	r.ReverseBytes = bytes
	return r
}

func asked(r flow.Record) flow.Record {
	r.Initiator = flow.InitiatorDestination
	return r
}

// customary makes a destination one by ten days of small talk.
func customary(protocol string, port uint16, last ...flow.Record) []flow.Record {
	var talk []flow.Record
	for d := range 10 {
		talk = append(talk, over(protocol, port, d*day, 4*kib))
	}
	for _, r := range last {
		r.Time += int64(10 * day * time.Second)
		talk = append(talk, r)
	}
	return talk
}

func TestObserve(t *testing.T) {
	udp := noisy(5, 443, 0, mib)
	udp.Transport = "udp"
	for name, test := range map[string]struct {
		records []flow.Record
		scores  []float64
	}{
		"TLS at the floor":            {[]flow.Record{over("tls", 443, 0, 10*mib-1), over("tls", 443, 1, 1)}, []float64{42}},
		"TLS doubles":                 {[]flow.Record{over("tls", 443, 0, 10*mib), over("tls", 443, 1, 9*mib), over("tls", 443, 2, mib)}, []float64{42, 45}},
		"SSH":                         {[]flow.Record{over("ssh", 22, 0, 100*mib)}, []float64{52}},
		"QUIC":                        {[]flow.Record{over("quic", 443, 0, 10*mib)}, []float64{42}},
		"noise":                       {[]flow.Record{noisy(7.97, 8443, 0, 10*mib)}, []float64{42}},
		"not quite noise":             {[]flow.Record{noisy(7.4, 8443, 0, 100*mib)}, nil},
		"HTTP":                        {[]flow.Record{over("http", 80, 0, 100*mib)}, nil},
		"unknown, nothing told":       {[]flow.Record{over("", 443, 0, 100*mib)}, nil},
		"TLS download":                {[]flow.Record{received(over("tls", 443, 0, 20*mib), 1<<30)}, nil},
		"TLS served":                  {[]flow.Record{asked(over("tls", 443, 0, 1<<30))}, nil},
		"customary, above the limit":  {customary("tls", 443, over("tls", 443, 0, 10*mib)), []float64{28}},
		"customary, far above it":     {customary("tls", 443, over("tls", 443, 0, 100*mib)), []float64{38}},
		"TLS on 80":                   {[]flow.Record{over("tls", 80, 0, 256*kib)}, []float64{44}},
		"TLS on 80, too little":       {[]flow.Record{over("tls", 80, 0, 255*kib)}, nil},
		"TLS on 80, a download":       {[]flow.Record{received(over("tls", 80, 0, 300*kib), 300*kib)}, nil},
		"TLS on 80, drip by drip":     {[]flow.Record{over("tls", 80, 0, 100*kib), over("tls", 80, 700, 100*kib), over("tls", 80, 1400, 150*kib)}, []float64{44.7}},
		"TLS on 80, too slow a drip":  {[]flow.Record{over("tls", 80, 0, 200*kib), over("tls", 80, 7200, 200*kib)}, nil},
		"TLS on 80, customary":        {customary("tls", 80, over("tls", 80, 0, 512*kib)), []float64{30}},
		"TLS on 80, served":           {[]flow.Record{asked(over("tls", 80, 0, mib))}, nil},
		"TLS on 80, told and over":    {[]flow.Record{over("tls", 80, 0, 8*mib), over("tls", 80, 4000, 1)}, []float64{59}},
		"TLS on 80 and again":         {[]flow.Record{over("tls", 80, 0, 8*mib), over("tls", 80, 4000, mib)}, []float64{59, 50}},
		"SSH on 53":                   {[]flow.Record{over("ssh", 53, 0, 256*kib)}, []float64{44}},
		"noise on 53":                 {[]flow.Record{noisy(7.9, 53, 0, 256*kib)}, []float64{41}},
		"noise on 53, customary":      {customary("dns", 53, noisy(7.9, 53, 0, mib)), []float64{30}},
		"questions on 53":             {[]flow.Record{over("dns", 53, 0, mib)}, nil},
		"SSH on 23, a storage box":    {[]flow.Record{over("ssh", 23, 0, mib)}, nil},
		"TLS on 23":                   {[]flow.Record{over("tls", 23, 0, mib)}, []float64{50}},
		"TLS on 587, after STARTTLS":  {[]flow.Record{over("tls", 587, 0, mib)}, nil},
		"TLS on 25, after STARTTLS":   {[]flow.Record{over("tls", 25, 0, mib)}, nil},
		"TLS on 21, after AUTH TLS":   {[]flow.Record{over("tls", 21, 0, mib)}, nil},
		"SSH on 25":                   {[]flow.Record{over("ssh", 25, 0, mib)}, []float64{50}},
		"TLS on 8080":                 {[]flow.Record{over("tls", 8080, 0, mib)}, nil},
		"HTTP/2 in clear on 8080":     {[]flow.Record{over("http", 8080, 0, mib)}, nil},
		"TLS through a proxy on 3128": {[]flow.Record{over("tls", 3128, 0, mib)}, nil},
		"HTTP on 443":                 {[]flow.Record{over("http", 443, 0, mib)}, []float64{50}},
		"text on 443":                 {[]flow.Record{noisy(5.2, 443, 0, mib)}, []float64{47}},
		"text on 443 by UDP":          {[]flow.Record{udp}, nil},
		"noise on 443":                {[]flow.Record{noisy(7.9, 443, 0, mib)}, nil},
		"neither on 443":              {[]flow.Record{noisy(6.8, 443, 0, mib)}, nil},
		"SSH on 443":                  {[]flow.Record{over("ssh", 443, 0, mib)}, nil},
		"TLS on 22":                   {[]flow.Record{over("tls", 22, 0, mib)}, []float64{50}},
		"HTTP on 853":                 {[]flow.Record{over("http", 853, 0, mib)}, []float64{50}},
		"two ports are two services":  {[]flow.Record{over("tls", 80, 0, 200*kib), over("tls", 53, 1, 200*kib)}, nil},
		"numbers at the end":          {[]flow.Record{over("tls", 80, 0, math.MaxInt64), over("tls", 80, 1, math.MaxInt64)}, []float64{100}},
	} {
		t.Run(name, func(t *testing.T) {
			found, _ := ruletest.Play(newRule(), test.records)
			var scores []float64
			for _, f := range found {
				scores = append(scores, f.Score)
				require.GreaterOrEqual(t, f.Observed, f.Threshold)
				require.NotEmpty(t, f.Sentence)
			}
			require.Len(t, scores, len(test.scores))
			require.InDeltaSlice(t, test.scores, scores, 0.35)
		})
	}
}

// While the engine learns, volumes count from a hundred times the floor, and a
// protocol that was recognised at the wrong port counts in full.
func TestLearning(t *testing.T) {
	set := ruletest.Settings()
	set.Learning = 24 * time.Hour
	for name, test := range map[string]struct {
		record flow.Record
		found  int
		most   float64
	}{
		"volume":      {over("tls", 443, 0, 900*mib), 0, 0},
		"very much":   {over("tls", 443, 0, 1000*mib), 1, 42},
		"TLS on 80":   {over("tls", 80, 0, mib), 1, 51},
		"noise on 80": {noisy(7.9, 80, 0, mib), 1, 30},
	} {
		t.Run(name, func(t *testing.T) {
			found, _ := ruletest.PlayWith(set, newRule(), []flow.Record{test.record})
			require.Len(t, found, test.found)
			for _, f := range found {
				require.LessOrEqual(t, f.Score, test.most)
			}
		})
	}
}

func TestTechniques(t *testing.T) {
	for name, test := range map[string]struct {
		record flow.Record
		want   string
	}{
		"encrypted": {over("tls", 80, 0, mib), "T1048.002"},
		"noise":     {noisy(7.9, 80, 0, mib), "T1048.002"},
		"HTTP":      {over("http", 443, 0, mib), "T1048.003"},
		"text":      {noisy(5, 443, 0, mib), "T1048.003"},
	} {
		found, _ := ruletest.Play(newRule(), []flow.Record{test.record})
		require.Len(t, found, 1, name)
		require.Equal(t, []string{test.want}, found[0].Techniques, name)
	}
}

func TestValidate(t *testing.T) {
	cfg := DefaultConfig()
	require.NoError(t, cfg.Validate())
	for key, spoil := range map[string]func(*Config){
		"min_bytes":          func(c *Config) { c.MinBytes = 0 },
		"min_ratio":          func(c *Config) { c.MinRatio = math.NaN() },
		"disguise_min_bytes": func(c *Config) { c.DisguiseMinBytes = -1 },
	} {
		cfg := DefaultConfig()
		spoil(&cfg)
		require.ErrorContains(t, cfg.Validate(), key)
	}
}

// FuzzScore: whatever is sent, a score is a number from 0 to 100, and more bytes
// never score less.
func FuzzScore(f *testing.F) {
	f.Add(int64(mib), int64(2*mib), int64(0), 7.9, uint16(80), uint8(0))
	f.Add(int64(math.MaxInt64), int64(1), int64(math.MaxInt64), 0.0, uint16(443), uint8(1))
	f.Add(int64(20*mib), int64(21*mib), int64(mib), math.NaN(), uint16(22), uint8(2))
	f.Fuzz(func(t *testing.T, less, more, back int64, entropy float64, port uint16, protocol uint8) {
		less, more, back = max(less, 0), max(more, 0), max(back, 0)
		if less > more {
			less, more = more, less
		}
		at := func(sent int64) float64 {
			r := noisy(entropy, port, 0, sent)
			r.Protocol = []string{"", "tls", "http", "ssh"}[protocol%4]
			r.ReverseBytes = back
			found, _ := ruletest.Play(newRule(), []flow.Record{r})
			if len(found) == 0 {
				return 0
			}
			return found[0].Score
		}
		low, high := at(less), at(more)
		require.False(t, math.IsNaN(low) || math.IsNaN(high))
		require.LessOrEqual(t, low, high)
		require.LessOrEqual(t, high, 100.0)
	})
}
