package indicator

import "net/netip"

// Match is a listed entry that covers what was looked up.
type Match struct {
	// List is the base name of the file that holds the entry.
	List string
	// Network is the entry if it is an address or a network.
	Network netip.Prefix
	// Domain is the entry if it is a name.
	Domain string
	// Description is what the list says of it, one short line, or empty.
	Description string
	// URL says that the list names a page at this host, not the host: many
	// others may be served there.
	URL bool
}

// Entry is the entry as text: an address, a network, or a name.
func (m Match) Entry() string {
	switch {
	case !m.Network.IsValid():
		return m.Domain
	case m.Network.IsSingleIP():
		return m.Network.Addr().String()
	default:
		return m.Network.String()
	}
}
