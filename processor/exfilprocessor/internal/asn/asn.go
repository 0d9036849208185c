// Package asn tells whose autonomous system an address belongs to, from a database
// in MaxMind DB format such as GeoLite2-ASN, DB-IP ASN Lite or IPinfo's.
package asn

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Database maps addresses to systems. It is read into memory, so that the file may
// be replaced or truncated under it, and is safe for concurrent use.
type Database struct{ reader *maxminddb.Reader }

// Open reads the file.
func Open(path string) (*Database, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	reader, err := maxminddb.OpenBytes(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Database{reader: reader}, nil
}

// System is the number of addr's autonomous system (RFC 6793), 0 where the database
// has none.
func (d *Database) System(addr netip.Addr) uint32 {
	result := d.reader.Lookup(addr)
	if !result.Found() {
		return 0
	}
	var number uint32
	if err := result.DecodePath(&number, "autonomous_system_number"); err == nil && number != 0 {
		return number
	}
	return text(&result)
}

// text reads the form that some databases have: asn, "AS64496".
func text(result *maxminddb.Result) uint32 {
	var written string
	if err := result.DecodePath(&written, "asn"); err != nil {
		return 0
	}
	number, err := strconv.ParseUint(strings.TrimPrefix(strings.ToUpper(written), "AS"), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(number)
}
