package allow

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
)

// peers is a compiled Destination; an empty list is a field that was not given.
type peers struct {
	anywhere  bool // no networks given
	networks  netset.Set
	domains   []domain
	ports     []uint16
	protocols []string
}

func (d *Destination) compile() (peers, error) {
	p := peers{anywhere: len(d.Networks) == 0, protocols: slices.Clone(d.Protocols)}
	if p.anywhere && len(d.Domains)+len(d.Ports)+len(d.Protocols) == 0 {
		return peers{}, errors.New("give at least one of networks, domains, ports, protocols")
	}
	var err error
	if p.networks, err = netset.Parse(d.Networks); err != nil {
		return peers{}, fmt.Errorf("networks: %w", err)
	}
	for i, text := range d.Domains {
		name, err := parseDomain(text)
		if err != nil {
			return peers{}, fmt.Errorf("domains: [%d]: %w", i, err)
		}
		p.domains = append(p.domains, name)
	}
	for i, port := range d.Ports {
		if port < 1 || port > 1<<16-1 {
			return peers{}, fmt.Errorf("ports: [%d]: must be from 1 to 65535, not %d", i, port)
		}
		p.ports = append(p.ports, uint16(port))
	}
	for i, name := range d.Protocols {
		if name == "" || name != strings.ToLower(strings.TrimSpace(name)) {
			return peers{}, fmt.Errorf("protocols: [%d]: must be a name in lower case, not %q", i, name)
		}
	}
	return p, nil
}

// match tries what is quickest first.
func (p *peers) match(r *flow.Record) bool {
	return p.matchPort(r.Destination.Port()) && p.matchProtocol(r) &&
		(p.anywhere || p.networks.Contains(r.Destination.Addr())) && p.matchDomain(peerName(r))
}

// peerName is whom the bytes are for: of a DNS question, whoever answers for the
// name that is asked for, rather than the resolver.
func peerName(r *flow.Record) string {
	if r.DNS.QuestionName != "" {
		return r.DNS.QuestionName
	}
	return r.Server
}

func (p *peers) matchPort(port uint16) bool {
	return len(p.ports) == 0 || slices.Contains(p.ports, port)
}

func (p *peers) matchProtocol(r *flow.Record) bool {
	if len(p.protocols) == 0 {
		return true
	}
	if r.Protocol != "" {
		return slices.Contains(p.protocols, r.Protocol)
	}
	return slices.Contains(p.protocols, r.Transport)
}

func (p *peers) matchDomain(name string) bool {
	if len(p.domains) == 0 {
		return true
	}
	for i := range p.domains {
		if p.domains[i].match(name) {
			return true
		}
	}
	return false
}
