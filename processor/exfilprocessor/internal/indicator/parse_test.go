package indicator

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// mustParse reads a list from text.
func mustParse(t testing.TB, name, text string) *index {
	x, err := parse(strings.NewReader(text), name, defaultLimits())
	require.NoError(t, err, "%s", text)
	return x
}

// dump lists an index's entries, in order: value, page, window, description.
func dump(x *index) []string {
	var lines []string
	add := func(entry string, note uint32) {
		for ; note != 0; note = x.notes.list[note].next {
			line := entry
			if x.notes.list[note].url {
				line += " page"
			}
			if w := x.notes.windows[x.notes.list[note].window]; w != always {
				line += " " + instant(w.from) + ".." + instant(w.until)
			}
			if text := x.notes.description(note); text != "" {
				line += " | " + text
			}
			lines = append(lines, line)
		}
	}
	for _, c := range x.exact4.cells {
		add(fromKey(key{high: uint64(c.key) << 32}, false).String(), c.note)
	}
	for _, c := range x.exact6.cells {
		add(fromKey(c.key, true).String(), c.note)
	}
	for i, n := range x.networks.list[1:] {
		add(x.networks.prefix(uint32(i+1)).String(), n.note)
	}
	for _, n := range x.names.cells {
		add(n.text(x.notes.texts), n.note)
	}
	slices.Sort(lines)
	return lines
}

// prefix finds a network's address, which is not held, by its first span.
func (n *networks) prefix(at uint32) netip.Prefix {
	for _, s := range n.spans4.list {
		if s.at == at {
			return netip.PrefixFrom(fromKey(key{high: uint64(s.first) << 32}, false), int(n.list[at].length)).Masked()
		}
	}
	for _, s := range n.spans6 {
		if s.at == at {
			return netip.PrefixFrom(fromKey(s.first, true), int(n.list[at].length)).Masked()
		}
	}
	return netip.Prefix{} // wholly covered by narrower ones
}

func fromKey(k key, six bool) netip.Addr {
	var raw [16]byte
	for i := range 8 {
		raw[i], raw[8+i] = byte(k.high>>(56-8*i)), byte(k.low>>(56-8*i))
	}
	if six {
		return netip.AddrFrom16(raw)
	}
	return netip.AddrFrom4([4]byte(raw[:4]))
}

func instant(ns int64) string {
	if ns == always.from || ns == always.until {
		return ""
	}
	return time.Unix(0, ns).UTC().Format("2006-01-02")
}

func TestText(t *testing.T) {
	tests := map[string]struct {
		name, text string
		format     Format
		want       []string
		passed     int
		bad, first int
	}{
		"plain": {
			name: "a.txt", format: Plain, bad: 2, first: 5,
			text: "# comment\n\n198.51.100.7\r\n  Bad.Example # what it is\nno good\n2001:db8::/32 ; SBL1\nalso bad\n; x\n// y\nlast.example",
			want: []string{"198.51.100.7", "2001:db8::/32 | SBL1", "bad.example | what it is", "last.example"},
		},
		"byte order mark": {name: "a", format: Plain, text: "\uFEFFbad.example\n", want: []string{"bad.example"}},
		"words about an address": {
			name: "a", format: Plain, text: "198.51.100.7\t12 reports\nbad.example 12\n", bad: 1, first: 2,
			want: []string{"198.51.100.7 | 12 reports"},
		},
		"hosts": {
			name: "hosts", format: Plain, passed: 4, bad: 1, first: 6,
			text: "127.0.0.1 localhost localhost.localdomain\n::1 ip6-loopback\n0.0.0.0 0.0.0.0\n0.0.0.0 bad.example\n" +
				"127.0.0.1\tone.example two.example # ads\n0.0.0.0 b!d.example\n",
			want: []string{"bad.example", "one.example | ads", "two.example | ads"},
		},
		"listed twice": {name: "a", format: Plain, text: "bad.example # first\nBAD.example. # second\n", want: []string{"bad.example | first"}},
		"a page and its host": {
			name: "a", format: Plain, text: "http://bad.example/x # page\nbad.example # host\nhttp://bad.example/y\nhttp://198.51.100.7/x\n",
			want: []string{"198.51.100.7", "bad.example | host"},
		},
		"only comments": {name: "a", format: Plain, text: "# nothing now\n"},
		"description": {
			name: "a", format: Plain, text: "bad.example # a\x1b[31m\u202eb\xff" + strings.Repeat("é", 100) + "\n",
			want: []string{"bad.example | a[31mb" + strings.Repeat("é", 54)},
		},

		"CSV with a header": {
			name: "a.csv", format: CSV, bad: 2, first: 4,
			text: "first_seen,Indicator,Description\n2024-01-01,198.51.100.7,\"C2, \"\"live\"\"\"\n2024-01-01, bad.example ,\nx,y,z\n2024,\n" +
				"first_seen,Indicator,Description\n",
			want: []string{`198.51.100.7 | C2, "live"`, "bad.example"},
		},
		"CSV without": {
			name: "a.txt", format: CSV, text: "bad.example,domain,Emotet\n198.51.100.0/24,ip,x\n",
			want: []string{"198.51.100.0/24", "bad.example"},
		},
		"CSV of one column": {name: "a.CSV", format: CSV, text: "ip\n198.51.100.7\n", want: []string{"198.51.100.7"}},
		"CSV with semicolons": {
			name: "a.csv", format: CSV, text: "ip;source\n198.51.100.7;feed, daily\n", want: []string{"198.51.100.7 | feed, daily"},
		},
		"CSV with the header in a comment": {
			name: "a.csv", format: CSV, bad: 1, first: 4,
			text: "# made today\n# \"first_seen\",\"ioc_value\",\"malware\"\n\"2024\", \"198.51.100.7:443\", \"Loader\"\n\"2024\", \"44d88612fea8a8f36de82e1278abb02f\", \"x\"\n",
			want: []string{"198.51.100.7 | Loader"},
		},
		"CSV with several values a row": {
			name: "a.csv", format: CSV, text: "domain,ip,url\nbad.example,198.51.100.7,\n,,http://worse.example/x\n",
			want: []string{"198.51.100.7", "bad.example", "worse.example page"},
		},
		"CSV with a stray quote": {
			name: "a.csv", format: CSV, bad: 2, first: 2, text: "ip,comment\n\"198.51.100.7,open\n\"198.51.100.8\"x,y\n198.51.100.9,ok\n",
			want: []string{"198.51.100.9 | ok"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := mustParse(t, test.name, test.text)
			require.Equal(t, test.want, dump(x))
			require.Equal(t, test.format, x.format)
			require.Equal(t, tally{entries: len(test.want), passed: test.passed, bad: test.bad, firstBad: test.first}, x.tally)
		})
	}
}

func TestRefused(t *testing.T) {
	small := limits{bytes: 8000, line: 5000, entries: 3}
	bundle := func(objects string) string { return `{"type":"bundle","objects":[` + objects + `]}` }
	tests := map[string]struct{ name, text, want string }{
		"empty":            {"a", "", "the file is empty"},
		"blank":            {"a", " \n\t\n", "the file is empty"},
		"a page":           {"a", "\n<!DOCTYPE html>", "the file is HTML or XML"},
		"nothing of it":    {"a", "# x\nno good\nnor this\n", "no indicator in it: 2 malformed, the first is line 2, read as plain"},
		"nothing of a CSV": {"a.csv", "sha256,comment\n44d8,x\n", "no indicator in it: 2 malformed, the first is line 1, read as csv"},
		"entries":          {"a", "a.example\nb.example\na.example\n198.51.100.7\n2001:db8::1\n", "entries: more than 3"},
		"networks":         {"a", "a.example\nb.example\n198.51.100.0/24\n198.51.0.0/16\n", "entries: more than 3"},
		"line":             {"a", "a.example\nb.example # " + strings.Repeat("x", 5000), "line 2: line length: more than 5000 bytes"},
		"size":             {"a", strings.Repeat("a.example\n", 900), "file size: more than 8000 bytes"},
		"size of JSON":     {"a", `{"x":"` + strings.Repeat("a", 9000), "file size: more than 8000 bytes"},
		"not a bundle":     {"a", `{"type":"indicator"}`, ErrNotBundle.Error()},
		"not an object":    {"a.json", `[1]`, ErrNotBundle.Error()},
		"no JSON":          {"a.json", `bad.example`, ErrNotBundle.Error() + "\ninvalid character 'b' looking for beginning of value"},
		"objects":          {"a", `{"type":"bundle","objects":{}}`, `STIX bundle, at object 0: "objects" is not a list`},
		"cut off":          {"a", `{"type":"bundle","objects":[{"type":"x"},{"ty`, "STIX bundle, at object 2: unexpected EOF"},
		"cut off late":     {"a", `{"type":"bundle","objects":[{"type":"x"}]`, "STIX bundle, at object 1: unexpected EOF"},
		"two bundles":      {"a", bundle("") + bundle(""), "STIX bundle, at object 0: more after its end"},
		"malformed":        {"a", bundle(`{"type":"x"},{"type":"indicator","pattern":"["}`), "no indicator in it: 1 malformed, the first is object 2, read as stix"},
		"mistyped":         {"a", bundle(`{"type":"indicator","pattern":1}`), "no indicator in it: 1 malformed, the first is object 1, read as stix"},
		"many objects":     {"a", bundle(strings.Repeat(`{"type":"indicator"},`, 3) + `{"type":"indicator"}`), "entries: more than 3"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parse(strings.NewReader(test.text), test.name, small)
			require.EqualError(t, err, test.want)
		})
	}
}

func fuzzParse(f *testing.F, name string) {
	small := limits{bytes: 1 << 16, line: 1 << 10, entries: 100}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := parse(strings.NewReader(text), name, small)
		if err != nil {
			return
		}
		lines := dump(x)
		require.GreaterOrEqual(t, len(lines), x.tally.entries, "nothing is lost")
		require.LessOrEqual(t, x.tally.entries, small.entries)
		again, err := parse(strings.NewReader(text), name, small)
		require.NoError(t, err)
		require.Equal(t, lines, dump(again))
	})
}

func FuzzPlain(f *testing.F) {
	f.Add("# c\n198.51.100.0/24 ; x\n0.0.0.0 bad.example localhost # y\nhttp://bad.example/x\n")
	f.Add("2001:db8::/32\n2001:db8::1\n*.bad.example\r\n\uFEFF")
	fuzzParse(f, "a.txt")
}

func FuzzCSV(f *testing.F) {
	f.Add("first_seen,Indicator,Description\n2024-01-01,198.51.100.7,\"C2, \"\"live\"\"\"\n")
	f.Add("# \"ioc\",\"malware\"\n\"bad.example\", \"x\"\n;;\n")
	f.Add("ip;source\n198.51.100.7;x\n")
	fuzzParse(f, "a.csv")
}

func FuzzSTIX(f *testing.F) {
	f.Add(fmt.Sprintf(`{"type":"bundle","id":"x","objects":[%s]}`, sampleIndicator))
	f.Add(`{"objects":[{"type":"indicator","revoked":true},{"type":"indicator","labels":["a"],"pattern":"[url:value='http://x.example/']"}],"type":"bundle"}`)
	fuzzParse(f, "a.json")
}
