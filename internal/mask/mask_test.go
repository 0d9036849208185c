package mask

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPrintable(t *testing.T) {
	for _, test := range []struct {
		in    string
		limit int
		want  string
	}{
		{"plain", 9, "plain"},
		{"plain", 3, "pla"},
		{"", 3, ""},
		{"a\x00b\r\n", 20, "a\uFFFDb\uFFFD\uFFFD"},
		{"é\xffé", 20, "é\uFFFDé"},
		{"aé", 2, "a"},
		{"abc\u202Edef", 20, "abc\uFFFDdef"},
		{"\x7f\x7f", 4, "\uFFFD"},
	} {
		assert.Equal(t, test.want, Printable(test.in, test.limit), "%q", test.in)
		assert.Equal(t, test.want, Printable([]byte(test.in), test.limit), "%q", test.in)
	}
}

func TestURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://u:p@h/x?token=1":          "https://h/x",
		"https://h":                        "https://h",
		"https://u@h:443":                  "https://h:443",
		"https://u:p@[2001:db8::1]:8080/a": "https://[2001:db8::1]:8080/a",
		"https://h/a;jsessionid=1/b;c":     "https://h/a/b;c",
		"https://h#u:p@x":                  "https://h",
		"https://a@b@h/":                   "https://h/",
		`https://h\@evil/`:                 "https://h",
		"no url":                           "no url",
		"://":                              "://",
		"http://a/http://b/http://c/http://d/http://u:p@e/": "http://a/http://b/http://c/http://d/http://****",
	} {
		assert.Equal(t, want, URL(in), in)
	}
}

func TestPath(t *testing.T) {
	for in, want := range map[string]string{
		"/a/b.txt":                           "/a/b.txt",
		"/a?b":                               "/a",
		"/a#b":                               "/a",
		"/bot1:x/getMe":                      "/****/getMe",
		"/both/x":                            "/both/x",
		"/services/T0/B0/secret":             "/services/T0/B0/****",
		"/api/webhooks/1/secret":             "/api/webhooks/1/****",
		"/f/AKIAIOSFODNN7EXAMPLE/x":          "/f/****/x",
		"/ghp_short":                         "/ghp_short",
		"/v/eyJhbGciOiJIUzI1NiJ9.eyJ9.x_y-z": "/v/****",
		"/u:p@h/x":                           "/****@h/x",
		"/npm/@scope/name":                   "/npm/@scope/name",
	} {
		assert.Equal(t, want, Path(in), in)
	}
}

func FuzzURL(f *testing.F) {
	f.Add("https://u:p@h/x?y#z")
	f.Add("http://a/http://b/http://c@d:e/;f=")
	f.Fuzz(func(t *testing.T, in string) {
		got := URL(in)
		if strings.Contains(in, "://") && strings.ContainsAny(got, "?#") && !strings.ContainsAny(in[:strings.Index(in, "://")], "?#") {
			t.Fatalf("a query is left in %q", got)
		}
		if len(got) > len(in)+len(hidden)*(1+strings.Count(in, "/")+strings.Count(in, "-")) {
			t.Fatalf("%q grew to %q", in, got)
		}
	})
}
