package prose

import (
	"strings"
	"time"
)

// Duration is d to the second above a second, to the millisecond below, without
// the zero units that time.Duration spells out: 10m, 1h30m, 250ms.
func Duration(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	text := d.Round(time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
