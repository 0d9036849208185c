package scenario

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/plog"
)

// stamp is a time within another product's record: {{+1s}} stands for seconds since
// the epoch, {{ns+1s}} for nanoseconds, {{iso+1s}} for ISO 8601.
var stamp = regexp.MustCompile(`\{\{(iso|ns|)(\+[^}]+)\}\}`)

// product reads the line of another product's log: JSON that becomes attributes, and
// stays in the body as text, as file_log and its json_parser leave it.
func (r *record) product(text string) error {
	var bad error
	r.log = stamp.ReplaceAllStringFunc(text, func(found string) string {
		parts := stamp.FindStringSubmatch(found)
		at, err := moment(parts[2])
		if err != nil {
			bad = err
			return found
		}
		switch parts[1] {
		case "iso":
			return strconv.Quote(at.Format("2006-01-02T15:04:05.000000-0700"))
		case "ns":
			return strconv.FormatInt(at.UnixNano(), 10)
		}
		return strconv.FormatFloat(float64(at.UnixMicro())/1e6, 'f', 6, 64)
	})
	if bad != nil {
		return bad
	}
	decoder := json.NewDecoder(strings.NewReader(r.log))
	decoder.UseNumber()
	if err := decoder.Decode(&r.fields); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	numbers(r.fields)
	return nil
}

// numbers makes floats of the numbers, as json_parser does, but of whole ones that a
// float does not hold: nanoseconds, which come from receivers.
func numbers(fields map[string]any) {
	const exact = 1 << 53
	for key, value := range fields {
		switch v := value.(type) {
		case map[string]any:
			numbers(v)
		case json.Number:
			fields[key], _ = v.Float64()
			if n, err := v.Int64(); err == nil && n > exact {
				fields[key] = n
			}
		}
	}
}

func (r *record) appendLog(lr plog.LogRecord) error {
	lr.Body().SetStr(r.log)
	return lr.Attributes().FromRaw(r.fields)
}
