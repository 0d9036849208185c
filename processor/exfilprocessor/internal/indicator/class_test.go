package indicator

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClass(t *testing.T) {
	for name, want := range map[string]string{
		"pastebin.com": ClassPaste, "gist.github.com": ClassPaste,
		"store1.gofile.io":               ClassFileSharing,
		"Content.DropboxAPI.com.":        ClassCloudStorage,
		"g.api.mega.co.nz":               ClassCloudStorage,
		"random-words.trycloudflare.com": ClassTunnel, "0.tcp.eu.ngrok.io": ClassTunnel,
		"x.y.z.oastify.com": ClassRequestBin,
		"api.telegram.org":  ClassWebhook, "hooks.slack.com": ClassWebhook,
		"mozilla.cloudflare-dns.com": ClassDoH,
		"github.com":                 "", "notpastebin.com": "", "slack.com": "", "com": "", "": "", ".": "", "..": "",
		"pastebin.com.example": "",
	} {
		got, ok := Class(name)
		require.Equal(t, want, got, name)
		require.Equal(t, want != "", ok, name)
	}
}

func TestServicesAreReviewed(t *testing.T) {
	seen := map[string]string{}
	for _, s := range services {
		require.True(t, slices.IsSorted(s.domains), "%s: in order", s.class)
		for _, domain := range s.domains {
			v, ok := parseDomain(domain)
			require.True(t, ok, domain)
			require.Equal(t, domain, v.domain, "in the form that is looked up")
			require.Empty(t, seen[domain], "%s is in two classes", domain)
			seen[domain] = s.class
		}
	}
	for domain := range seen {
		for parent := cutLabel([]byte(domain)); parent != nil; parent = cutLabel(parent) {
			require.Empty(t, seen[string(parent)], "%s is covered already", domain)
		}
	}
}

func BenchmarkClass(b *testing.B) {
	for name, domain := range map[string]string{"hit": "store1.gofile.io", "miss": "api.eu-west-1.internal.example.com"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Class(domain)
			}
		})
	}
}
