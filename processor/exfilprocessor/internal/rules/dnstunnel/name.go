package dnstunnel

import "math/bits"

// What a character tells of the alphabet that it is from.
const (
	digit = 1 << iota
	hexLetter
	letter
	raw // a byte that no host name has
	alphabets
)

// bitsOf is how many bits a character of a name carries at the most, by what the
// name has in it. Letters alone make words more often than data, and carry less
// than their 4.7. Case does not count: resolvers change it at will.
var bitsOf = func() (table [alphabets]float64) {
	for has := range table {
		switch {
		case has&raw != 0:
			table[has] = 7
		case has&letter != 0 && has&digit != 0:
			table[has] = 5
		case has == digit:
			table[has] = 3.3
		default:
			table[has] = 4
		}
	}
	return table
}()

// alphabetOf is what each byte tells.
var alphabetOf = func() (table [256]uint8) {
	for c := range table {
		switch c := byte(c); {
		case '0' <= c && c <= '9':
			table[c] = digit
		case 'a' <= c|' ' && c|' ' <= 'f':
			table[c] = hexLetter
		case 'g' <= c|' ' && c|' ' <= 'z':
			table[c] = letter
		case c == '-' || c == '_' || c == '.' || c == '\\':
		default:
			table[c] = raw
		}
	}
	return table
}()

// information is how many bytes of data the part of a name below its registered
// domain can carry.
func information(below string) float64 {
	has, characters := uint8(0), 0
	for i := 0; i < len(below); i++ {
		switch c := below[i]; c {
		case '.':
		case '\\': // \DDD or \X is one byte (RFC 1035 §5.1)
			has |= raw
			characters++
			i += escaped(below[i+1:])
		default:
			has |= alphabetOf[c]
			characters++
		}
	}
	return float64(characters) * bitsOf[has] / 8
}

// escaped is how many bytes of text follow a backslash.
func escaped(text string) int {
	if len(text) >= 3 && alphabetOf[text[0]]&alphabetOf[text[1]]&alphabetOf[text[2]] == digit {
		return 3
	}
	return min(len(text), 1)
}

// hash mixes a seed and a name, whose case does not count, eight bytes at a time.
func hash(seed uint64, name string) uint64 {
	const lower = 0x2020202020202020
	h := mix(seed ^ uint64(len(name)))
	for len(name) >= 8 {
		word := uint64(name[0]) | uint64(name[1])<<8 | uint64(name[2])<<16 | uint64(name[3])<<24 |
			uint64(name[4])<<32 | uint64(name[5])<<40 | uint64(name[6])<<48 | uint64(name[7])<<56
		h = mix(h ^ (word | lower))
		name = name[8:]
	}
	word := uint64(0)
	for i := range len(name) {
		word = word<<8 | uint64(name[i])
	}
	return mix(h ^ (word | lower))
}

func mix(x uint64) uint64 {
	high, low := bits.Mul64(x^0xA0761D6478BD642F, 0x9E3779B97F4A7C15)
	return high ^ low
}
