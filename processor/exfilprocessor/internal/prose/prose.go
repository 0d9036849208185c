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
// marked by an ellipsis, what cannot be shown by U+FFFD. A name that could be taken
// for a part of the sentence, or for another name in another script, is quoted.
func Name(s string) string {
	if len(s) <= maxName {
		return quote(strings.Map(printable, s))
	}
	return quote(strings.Map(printable, strings.ToValidUTF8(s[:maxName], "\uFFFD")) + "…")
}

func quote(s string) string {
	if strings.IndexFunc(s, isOdd) < 0 {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, "'") + `"`
}

// isOdd says whether ordinary names of hosts, images, files and pods lack r.
func isOdd(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '…':
		return false
	default:
		return !strings.ContainsRune("-._/:@+~%*[]", r)
	}
}

// printable also turns away format characters, which can reverse the direction
// of the text around them.
func printable(r rune) rune {
	if r == utf8.RuneError || !unicode.IsPrint(r) {
		return utf8.RuneError
	}
	return r
}
