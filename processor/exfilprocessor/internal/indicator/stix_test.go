package indicator

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const sampleIndicator = `{
  "type": "indicator", "spec_version": "2.1", "id": "indicator--1", "created": "2024-01-01T00:00:00Z",
  "modified": "2024-01-02T00:00:00.000Z", "name": "Drop host", "indicator_types": ["malicious-activity"],
  "pattern": "[ipv4-addr:value = '198.51.100.1/32' OR domain-name:value = 'X.example']",
  "pattern_type": "stix", "valid_from": "2024-01-01T00:00:00Z", "valid_until": "2024-02-01T00:00:00Z",
  "kill_chain_phases": [{"kill_chain_name": "x", "phase_name": "y"}]
}`

func TestBundle(t *testing.T) {
	tests := map[string]struct {
		objects    string
		want       []string
		passed     int
		bad, first int
	}{
		"an indicator": {
			objects: sampleIndicator,
			want:    []string{"198.51.100.1 2024-01-01..2024-02-01 | Drop host", "x.example 2024-01-01..2024-02-01 | Drop host"},
		},
		"other objects": {
			objects: `{"type":"malware","id":"a","name":["odd"]},{"type":"relationship"},` + sampleIndicator + `,7,{"type":"indicator","pattern":"[x:y = 1]"}`,
			want:    []string{"198.51.100.1 2024-01-01..2024-02-01 | Drop host", "x.example 2024-01-01..2024-02-01 | Drop host"},
			passed:  1, bad: 2, first: 1,
		},
		"revoked": {
			objects: `{"type":"indicator","id":"a","revoked":true,"pattern":"[domain-name:value='x.example']"}`, passed: 1,
		},
		"revoked later": {
			objects: `{"type":"indicator","id":"a","modified":"2024-01-02T00:00:00Z","revoked":true,"pattern":"[domain-name:value='x.example']"},` +
				`{"type":"indicator","id":"a","modified":"2024-01-01T00:00:00Z","pattern":"[domain-name:value='x.example']"},` +
				`{"type":"indicator","id":"b","modified":"2024-01-01T00:00:00Z","pattern":"[domain-name:value='y.example']"}`,
			want: []string{"y.example"}, passed: 1,
		},
		"another pattern language": {
			objects: `{"type":"indicator","pattern_type":"snort","pattern":"alert tcp any any"},{"type":"indicator","pattern_type":"sigma"}`, passed: 2,
		},
		"descriptions": {
			objects: `{"type":"indicator","labels":["a","b"],"pattern":"[domain-name:value='x.example']"},` +
				`{"type":"indicator","labels":["c"],"indicator_types":["d","e"],"pattern":"[domain-name:value='y.example']"}`,
			want: []string{"x.example | a, b", "y.example | d, e"},
		},
		"one value, several times": {
			objects: `{"type":"indicator","id":"a","pattern":"[domain-name:value='x.example']","valid_from":"2024-01-01T00:00:00Z","valid_until":"2024-02-01T00:00:00+00:00"},` +
				`{"type":"indicator","id":"b","pattern":"[domain-name:value='x.example']","valid_from":"2024-03-01T00:00:00Z"},` +
				`{"type":"indicator","id":"c","pattern":"[domain-name:value='x.example']","valid_from":"2024-04-01T00:00:00Z"}`,
			want: []string{"x.example 2024-01-01..2024-02-01", "x.example 2024-03-01.."},
		},
		"times": {
			objects: `{"type":"indicator","pattern":"[domain-name:value='x.example']","valid_from":"0001-01-01T00:00:00Z","valid_until":"9999-12-31T23:59:59Z"},` +
				`{"type":"indicator","pattern":"[domain-name:value='y.example']","valid_from":"yesterday"},` +
				`{"type":"indicator","pattern":"[domain-name:value='y.example']","valid_until":"tomorrow"}`,
			want: []string{"x.example"}, bad: 2, first: 2,
		},
		"broken pattern first": {
			objects: `{"type":"indicator","pattern":"["},7,{"type":"indicator","pattern":"[domain-name:value='y.example']"}`,
			want:    []string{"y.example"}, bad: 2, first: 1,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := mustParse(t, "feed", `{"id":"bundle--1","objects":[`+test.objects+`],"x":{"y":[1]},"type":"bundle"}`)
			require.Equal(t, test.want, dump(x))
			require.Equal(t, STIX, x.format)
			require.Equal(t, []int{test.passed, test.bad, test.first}, []int{x.tally.passed, x.tally.bad, x.tally.firstBad})
		})
	}
}

func TestManyWindows(t *testing.T) {
	var objects []string
	for _, year := range strings.Fields("2000 2002 2004 2006 2008 2010 2012 2014 2016 2018 2020 2022 2024 2026 2028 2030 2032 2034") {
		objects = append(objects, `{"type":"indicator","pattern":"[ipv4-addr:value='198.51.100.7']","valid_from":"`+
			year+`-01-01T00:00:00Z","valid_until":"`+year+`-02-01T00:00:00Z"}`)
	}
	lines := dump(mustParse(t, "feed", `{"type":"bundle","objects":[`+strings.Join(objects, ",")+`]}`))
	require.Len(t, lines, maxWindows)
	require.Equal(t, "198.51.100.7 2030-01-01..2034-02-01", lines[maxWindows-1], "the last three are one")
}

func TestPattern(t *testing.T) {
	for pattern, want := range map[string]string{
		`[ipv4-addr:value = '198.51.100.1/32']`:                                        "198.51.100.1/32; 0",
		`[ipv4-addr:value='198.51.100.1']`:                                             "198.51.100.1/32; 0",
		`[ipv4-addr:value == '198.51.100.1' OR ipv6-addr:value = '2001:db8::1']`:       "198.51.100.1/32 2001:db8::1/128; 0",
		`[ipv4-addr:value ISSUBSET '198.51.100.0/24']`:                                 "198.51.100.0/24; 0",
		`[ipv4-addr:value IN ('198.51.100.1', '198.51.100.2')]`:                        "198.51.100.1/32 198.51.100.2/32; 0",
		`[domain-name:value = 'x.example'] OR [url:value = 'http://y.example:81/z']`:   "x.example y.example page; 0",
		`([domain-name:value = 'x.example'] OR ([domain-name:value = 'y.example']))`:   "x.example y.example; 0",
		`[(domain-name:value = 'x.example' or (domain-name:value = 'y.example'))]`:     "x.example y.example; 0",
		`[network-traffic:dst_ref.value = '198.51.100.1']`:                             "198.51.100.1/32; 0",
		`[file:hashes.'SHA-256' = 'aa' OR domain-name:value = 'x.example']`:            "x.example; 1",
		`[file:hashes.MD5 = 'it\'s' OR x:list[*].y > 1.5 OR x:t = t'2024-01-01']`:      "; 3",
		`[domain-name:value NOT = 'x.example']`:                                        "; 1",
		`[domain-name:value != 'x.example' OR domain-name:value LIKE '%.example']`:     "; 2",
		`[ipv4-addr:value = '198.51.100.1' AND network-traffic:dst_port = 443]`:        "; 2",
		`[ipv4-addr:value ISSUPERSET '198.51.100.0/24' OR domain-name:value='x.test']`: "x.test; 1",
		`[domain-name:value = 'x.example'] AND [domain-name:value = 'y.example']`:      "; 1",
		`[domain-name:value = 'x.example'] FOLLOWEDBY [file:name = 'y']`:               "; 1",
		`[domain-name:value = 'x.example'] REPEATS 5 TIMES WITHIN 1800 SECONDS`:        "; 1",
		`[domain-name:value = 'x.example'] START t'2024-01-01T00:00:00Z' STOP t'x'`:    "; 1",
		`[EXISTS domain-name:value OR domain-name:value = 'x.example']`:                "x.example; 1",
	} {
		values, passed, err := parsePattern(pattern)
		require.NoError(t, err, pattern)
		var got []string
		for _, v := range values {
			got = append(got, v.String())
		}
		require.Equal(t, want, strings.Join(got, " ")+"; "+string(rune('0'+passed)), pattern)
	}
	for _, pattern := range []string{
		``, ` `, `[`, `[]`, `]`, `x`, `[domain-name:value]`, `[domain-name:value =]`, `[domain-name:value = 'x.example'`,
		`[domain-name:value = 'x.example]`, `domain-name:value = 'x.example'`, `[domain-name:value = 'word']`,
		`[ipv4-addr:value = '198.51.100.999']`, `[ipv4-addr:value IN ('198.51.100.1']`, `[ipv4-addr:value IN ('198.51.100.1' '198.51.100.2')]`,
		`[(domain-name:value = 'x.example']`, `[domain-name:value = 'x.example')]`, `([domain-name:value = 'x.example']`,
		`[domain-name:value = 'x.example'])`, `[domain-name:value = 'x.example'] OR`, `[domain-name:value = 'x.example'] AND '`,
		`[domain-name = 'x.example']`, `['x' = 'x.example']`, `[url:value = 'nothing']`, `[file:hashes.'SHA-256 = 'aa']`,
		`[domain-name:value = 'x.example' XOR domain-name:value = 'y.example']`, "[\x00:\x00 = 1]",
		`[domain-name:value = 'x.example'] '`,
	} {
		values, _, err := parsePattern(pattern)
		require.Error(t, err, "%q gave %v", pattern, values)
	}
}

func FuzzPattern(f *testing.F) {
	for _, seed := range []string{
		`[ipv4-addr:value ISSUBSET '198.51.100.0/24' OR domain-name:value IN ('x.example', 'y.example')]`,
		`([url:value = 'http://y.example:81/z']) OR [file:hashes.'SHA-256' = 'a\'a'] START t'2024' STOP t'2025'`,
		`[(a:b[*].c NOT LIKE '%' AND EXISTS d:e)] FOLLOWEDBY [x:y >= -1.5] WITHIN 5 SECONDS`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		values, passed, err := parsePattern(pattern)
		if err != nil {
			require.Empty(t, values)
			return
		}
		require.Positive(t, len(values)+passed, "something was understood")
		for _, v := range values {
			requireUsable(t, v)
		}
	})
}
