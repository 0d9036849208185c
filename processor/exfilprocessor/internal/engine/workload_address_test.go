package engine

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// An observer's word for an address counts as the address itself does in the
// container networks, and any name counts more.
func TestAnAddressIsAWorkload(t *testing.T) {
	res := flow.Resource{Address: "10.77.0.2", Host: "node"}
	assert.Equal(t, "address\x00"+netip.MustParseAddr("10.77.0.2").String(), workloadKey(&res))
	res.Deployment = "shop"
	assert.Contains(t, workloadKey(&res), "shop")
}
