package export

import (
	"net/netip"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// maxTemplates is how many are remembered of all exporters: some MB.
	maxTemplates = 4096
	// unused is when a template is forgotten that was neither sent again nor used,
	// ns. Exporters send theirs anew within minutes.
	unused = int64(2 * time.Hour)
)

// templateKey says whose template it is. Several exporters may share an address.
type templateKey struct {
	from    netip.AddrPort
	domain  uint32
	version Version
	id      uint16
}

// memory is what is known of exporters. What is full gives up the longest unused.
type memory struct {
	table   *simplelru.LRU[templateKey, *remembered]
	evicted int64
	now     int64
}

// remembered is a template, or, under id 0, what an exporter told of a domain.
type remembered struct {
	template *template
	domain   domain
	used     int64
}

// domain is what an exporter's options records tell of one of its domains.
type domain struct {
	rate       uint64 // one packet in so many is counted
	systemInit int64  // when it started, ns since the epoch
	next       uint32 // the sequence number to come
	following  bool   // next is known
}

const (
	// mostMissing is a larger gap than loss makes: the exporter began anew.
	mostMissing = 1 << 20
	// mostLate is how far behind a datagram is that was overtaken on its way.
	mostLate = 1 << 10
)

func newMemory() memory {
	table, err := simplelru.NewLRU[templateKey, *remembered](maxTemplates, nil)
	if err != nil {
		panic("export: a limit that is not positive")
	}
	return memory{table: table}
}

func (m *memory) stats() (held int, evicted int64) {
	evicted, m.evicted = m.evicted, 0
	return m.table.Len(), evicted
}

// tick notes the time, and forgets what was unused for long: two at a time.
func (m *memory) tick(now int64) {
	m.now = max(m.now, now)
	for range 2 {
		key, oldest, ok := m.table.GetOldest()
		if !ok || m.now-oldest.used < unused {
			return
		}
		m.table.Remove(key)
	}
}

func (m *memory) find(key templateKey) *remembered {
	known, ok := m.table.Get(key)
	if !ok {
		return nil
	}
	known.used = m.now
	return known
}

func (m *memory) template(key templateKey) *template {
	if known := m.find(key); known != nil {
		return known.template
	}
	return nil
}

func (m *memory) learn(key templateKey, t *template) {
	if m.table.Add(key, &remembered{template: t, used: m.now}) {
		m.evicted++
	}
}

func (m *memory) forget(key templateKey) { m.table.Remove(key) }

// about is what an exporter told of a domain; nothing where it did not.
func (m *memory) about(key templateKey) domain {
	key.id = 0
	if known := m.find(key); known != nil {
		return known.domain
	}
	return domain{}
}

// learnOf adds to what is known of a domain.
func (m *memory) learnOf(key templateKey, told domain) {
	known := m.about(key)
	if told.rate == 0 {
		told.rate = known.rate
	}
	if told.systemInit == 0 {
		told.systemInit = known.systemInit
	}
	told.next, told.following = known.next, known.following
	m.keep(key, told)
}

func (m *memory) keep(key templateKey, told domain) {
	key.id = 0
	if known := m.find(key); known != nil {
		known.domain = told
	} else if m.table.Add(key, &remembered{domain: told, used: m.now}) {
		m.evicted++
	}
}

// follow says how much of a sequence is missing before a datagram that carries
// so much of it.
func (m *memory) follow(key templateKey, sequence, counted uint32) (missing int64) {
	known := m.about(key)
	gap := int32(sequence - known.next)
	if known.following && gap < 0 && gap > -mostLate {
		return 0
	}
	if known.following && gap > 0 && gap < mostMissing {
		missing = int64(gap)
	}
	known.next, known.following = sequence+counted, true
	m.keep(key, known)
	return missing
}
