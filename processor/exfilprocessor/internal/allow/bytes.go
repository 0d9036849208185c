package allow

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Bytes is a number of bytes. As text it may have a binary unit: 5GiB.
type Bytes int64

var byteUnits = [...]struct {
	name  string
	shift uint
}{{"TiB", 40}, {"GiB", 30}, {"MiB", 20}, {"KiB", 10}}

// UnmarshalText reads a whole number, alone or with KiB, MiB, GiB or TiB.
func (b *Bytes) UnmarshalText(text []byte) error {
	number, shift := strings.TrimSpace(string(text)), uint(0)
	for _, unit := range byteUnits {
		if digits, ok := strings.CutSuffix(number, unit.name); ok {
			number, shift = strings.TrimRight(digits, " "), unit.shift
			break
		}
	}
	n, err := strconv.ParseUint(number, 10, 63)
	if err != nil {
		return fmt.Errorf("%q is not a number of bytes, alone or with KiB, MiB, GiB or TiB", text)
	}
	if n > math.MaxInt64>>shift {
		return fmt.Errorf("%q is more than 8 EiB", text)
	}
	*b = Bytes(n << shift)
	return nil
}

// MarshalText is exact: it takes the largest unit of which b is a multiple.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// String is b in the largest unit of which it is a multiple.
func (b Bytes) String() string {
	for _, unit := range byteUnits {
		if b != 0 && b%(1<<unit.shift) == 0 {
			return strconv.FormatInt(int64(b>>unit.shift), 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(b), 10)
}
