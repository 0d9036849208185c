// Package prose puts numbers and names into sentences. Names come from the
// network, so they are cut and cleaned before a person reads them.
package prose

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName bounds one name in a sentence, in bytes.
const maxName = 120

// Bytes is n in binary units with one decimal: 20.0 MiB.
func Bytes(n int64) string {
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/1024, 0
	for value >= 1023.95 && unit < len(units)-1 {
		value /= 1024
		unit++
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}

var units = [...]string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}

// Name makes s safe to read: printable, one line, bounded. What is cut off is
// marked by an ellipsis, what cannot be shown by U+FFFD.
func Name(s string) string {
	if len(s) <= maxName {
		return strings.Map(printable, s)
	}
	return strings.Map(printable, strings.ToValidUTF8(s[:maxName], "\uFFFD")) + "…"
}

// printable also turns away format characters, which can reverse the direction
// of the text around them.
func printable(r rune) rune {
	if r == utf8.RuneError || !unicode.IsPrint(r) {
		return utf8.RuneError
	}
	return r
}
