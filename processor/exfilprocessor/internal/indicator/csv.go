package indicator

import (
	"slices"
	"strings"
)

// maxColumns bounds what is looked at of a row.
const maxColumns = 256

// csvTable says which columns of a CSV file matter.
type csvTable struct {
	comma       byte
	values      []int
	description int // -1: none
	header      string
	fields      []string
}

// Names of columns, in lower case, without what is not a letter.
var (
	valueColumns = []string{
		"indicator", "indicatorvalue", "value", "ioc", "iocvalue", "observable", "address", "network", "cidr",
		"ip", "ipaddress", "dstip", "ipv", "domain", "domainname", "hostname", "host", "fqdn", "url", "urls",
	}
	// The first of these that is there describes the entry.
	descriptionColumns = []string{
		"description", "comment", "name", "malware", "malwareprintable", "threat", "threattype", "category", "tags", "source",
	}
)

// newCSV finds the header in the file's first line, or in the comment before it.
// Without one the first field is the value.
func newCSV(comment, first string) *csvTable {
	t := &csvTable{comma: ',', values: []int{0}, description: -1}
	if !strings.Contains(first, ",") && strings.Contains(first, ";") {
		t.comma = ';'
	}
	row, _ := t.split(first)
	columns := len(row)
	if t.takeHeader(first, columns) {
		t.header = first
	} else {
		t.takeHeader(strings.TrimLeft(comment, "#;/ \t"), columns)
	}
	return t
}

// takeHeader refuses a row of data, where one field may say "domain" of another.
func (t *csvTable) takeHeader(line string, columns int) bool {
	names, ok := t.split(line)
	if !ok || len(names) != columns || slices.ContainsFunc(names, isValue) {
		return false
	}
	var values []int
	for i, name := range names {
		names[i] = columnName(name)
		if slices.Contains(valueColumns, names[i]) {
			values = append(values, i)
		}
	}
	if len(values) == 0 {
		return false
	}
	t.values = values
	for _, name := range descriptionColumns {
		if t.description = slices.Index(names, name); t.description >= 0 {
			break
		}
	}
	return true
}

func isValue(field string) bool {
	_, ok := parseValue(field)
	return ok
}

func columnName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// row reads one line. A quoted field cannot go on in the next one, so that a
// stray quote costs one row and not the rest of the file.
func (t *csvTable) row(line string, number int, b *builder) error {
	if line == t.header {
		return nil
	}
	fields, ok := t.split(line)
	if !ok {
		b.malformed(number)
		return nil
	}
	s := said{window: always}
	if t.description >= 0 && t.description < len(fields) {
		s.description = fields[t.description]
	}
	found, bad := false, false
	for _, i := range t.values {
		if i >= len(fields) || fields[i] == "" {
			continue
		}
		v, ok := parseValue(fields[i])
		if !ok {
			bad = true
			continue
		}
		found = true
		if err := b.add(v, s); err != nil {
			return err
		}
	}
	if bad || !found {
		b.malformed(number)
	}
	return nil
}

// split cuts a row into its fields (RFC 4180, with spaces around a field
// allowed). The result is good until the next call.
func (t *csvTable) split(line string) ([]string, bool) {
	t.fields = t.fields[:0]
	for len(t.fields) < maxColumns {
		line = strings.TrimLeft(line, " ")
		var field string
		var ok bool
		if strings.HasPrefix(line, `"`) {
			field, line, ok = quoted(line[1:])
			if !ok {
				return nil, false
			}
		} else {
			end := strings.IndexByte(line, t.comma)
			if end < 0 {
				end = len(line)
			}
			field, line = line[:end], line[end:]
		}
		t.fields = append(t.fields, strings.TrimSpace(field))
		if line == "" {
			return t.fields, true
		}
		if line[0] != t.comma {
			return nil, false
		}
		line = line[1:]
	}
	return t.fields, true
}

// quoted reads up to the closing quote; two quotes stand for one.
func quoted(line string) (field, rest string, ok bool) {
	var text strings.Builder
	for {
		end := strings.IndexByte(line, '"')
		if end < 0 {
			return "", "", false
		}
		text.WriteString(line[:end])
		line = line[end+1:]
		if !strings.HasPrefix(line, `"`) {
			return text.String(), strings.TrimLeft(line, " "), true
		}
		text.WriteByte('"')
		line = line[1:]
	}
}
