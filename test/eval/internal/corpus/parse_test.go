package corpus

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const example = `# a comment
benign shop
  about A shop,
  about with customers.
  workload deployment web/shop image=registry.example/shop replicas=3
  process /app/shop
  copies 4
  vary 0.2
  scale d1T09:00..d2 to 20
  connect pay to=api.pay.example,api.alt.example addresses=4 via=tls:443 every=40s swing=0.5 send=3KiB~0.5 recv=1KiB..2KiB lasts=2s # another
  stream  db to=10.0.0.1 via=:5432 every=5m send=1MiB process="/usr/bin/p q" outage=d9T10:00+3h
  allow {reason: "x", workload: {name: "{name}"}}

attack theft
  about All of it.
  technique T1020 T1030
  rule bulk_upload
  victim shop
  start d10..d12T06:00 for 2h
  intensity 10 [1] 0.1
  connect put to=203.0.113.9 via=http:80 method=PUT path=/x every=1m* count=3 send=2MiB*
`

func TestParse(t *testing.T) {
	all, err := Parse("x.txt", example)
	require.NoError(t, err)
	require.Len(t, all, 2)
	shop, theft := all[0], all[1]
	assert.True(t, shop.Benign())
	assert.Equal(t, "A shop, with customers.", shop.About)
	assert.Equal(t, Workload{Kind: Deployment, Namespace: "web", Name: "shop", Image: "registry.example/shop", Replicas: 3}, shop.Workload)
	assert.Equal(t, []Scale{{Span: Span{From: 33 * time.Hour, To: 48 * time.Hour}, Replicas: 20}}, shop.Scale)
	assert.Equal(t, []string{`{reason: "x", workload: {name: "{name}"}}`}, shop.Allow)
	pay, db := shop.Flows[0], shop.Flows[1]
	assert.Equal(t, []string{"api.pay.example", "api.alt.example"}, pay.To)
	assert.Equal(t, Amount{Low: 3072, High: 3072, Sigma: 0.5}, pay.Send)
	assert.Equal(t, Amount{Low: 1024, High: 2048}, pay.Receive)
	assert.Equal(t, "/app/shop", pay.Process)
	assert.Negative(t, pay.Jitter, "at random, unless a jitter makes it a timer's")
	assert.Equal(t, "/usr/bin/p q", db.Process)
	assert.Equal(t, Span{From: 226 * time.Hour, To: 229 * time.Hour}, db.Outage)

	assert.Equal(t, &Attack{
		Techniques: []string{"T1020", "T1030"}, Rules: []string{"bulk_upload"}, Victim: "shop",
		Intensities: []float64{10, 1, 0.1}, Stated: 1,
		Start: Span{From: 240 * time.Hour, To: 294 * time.Hour}, Lasts: 2 * time.Hour,
	}, theft.Attack)
	put := theft.Flows[0]
	assert.True(t, put.Send.Scaled)
	assert.True(t, put.Every.Scaled)
	assert.False(t, put.Count.Scaled)
	assert.Equal(t, reportAttack, put.Report)
}

func TestErrorsNameTheLine(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no scenario":     {"about x", "x.txt:1: a file begins with"},
		"unknown word":    {"benign a\n  fetch x", `x.txt:2: "fetch" is no word`},
		"unknown key":     {"benign a\n  connect x too=y", `"too" is no key`},
		"bad size":        {"benign a\n  connect x send=3kg", "send:"},
		"bad time":        {"benign a\n  connect x every=soon", "every:"},
		"no every":        {"benign a\n  connect x to=y via=tls:443", "neither every nor at"},
		"no via":          {"benign a\n  connect x to=y every=1m", "via what"},
		"no flows":        {"benign a\n  workload container a", "a has no flows"},
		"victim missing":  {strings.Replace(example, "  victim shop\n", "", 1), "x.txt:14: theft needs a victim"},
		"stated missing":  {strings.Replace(example, "[1]", "1", 1), "states no intensity"},
		"benign rule":     {"benign a\n  rule x", "only an attack"},
		"quote":           {"benign a\n  connect x process=\"y", "quote"},
		"kind":            {"benign a\n  workload job a/b", "not a kind of workload"},
		"backwards":       {"attack a\n  start d3..d2 for 1h", "before the beginning"},
		"percentage":      {"benign a\n  connect x growth=200%", "growth:"},
		"infinite number": {"benign a\n  connect x count=Inf", "count:"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("x.txt", c.text)
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestLoad(t *testing.T) {
	all, err := Load(fstest.MapFS{"b/x.txt": {Data: []byte(example)}, "README.md": {Data: []byte("prose")}})
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, "b/x.txt", Find(all, "shop").File)
	assert.Nil(t, Find(all, "shops"))

	_, err = Load(fstest.MapFS{"a.txt": {Data: []byte(example)}, "b.txt": {Data: []byte(example)}})
	assert.ErrorContains(t, err, "there is another shop")
	_, err = Load(fstest.MapFS{"a.txt": {Data: []byte(strings.Replace(example, "victim shop", "victim bank", 1))}})
	assert.ErrorContains(t, err, "bank is no benign scenario")
}

func TestDraw(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	assert.InDelta(t, 10, Amount{Low: 5, High: 5}.Draw(dice, 2), 0)
	for range 100 {
		v := Amount{Low: 1, High: 3}.Draw(dice, 1)
		assert.True(t, v >= 1 && v <= 3, v)
		assert.Positive(t, Amount{Low: 1, High: 1, Sigma: 1}.Draw(dice, 1))
	}
}

// FuzzParse: any text is scenarios or an error that names a line.
func FuzzParse(f *testing.F) {
	f.Add(example)
	for _, file := range []string{"benign/network.txt", "attack/dns.txt", "attack/ftp.txt"} {
		text, err := os.ReadFile("../../corpus/" + file)
		require.NoError(f, err)
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := Parse("f.txt", text)
		var e *Error
		if err != nil && !assert.ErrorAs(t, err, &e) {
			t.FailNow()
		}
	})
}
