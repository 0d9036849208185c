package container

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

func TestResource(t *testing.T) {
	path := Container{ID: ID{ContainerID: idA, PodUID: uid}}
	c := path.named(Names{Name: "app", Image: "r/app", Pod: "p", Namespace: "n", K8sContainer: "app", runtime: "containerd", podUID: "claimed"})
	assert.Equal(t, flow.Resource{
		ContainerID: idA, Runtime: "containerd", Container: "app", Image: "r/app",
		PodUID: uid, Pod: "p", Namespace: "n", K8sContainer: "app", Host: "h", HostID: "hid",
	}, c.Resource("h", "hid"))
	assert.Empty(t, path.Name, "a container that was handed out does not change")
}

func TestConfigValidate(t *testing.T) {
	assert.NoError(t, (&Config{}).Validate())
	assert.ErrorContains(t, (&Config{MaxCgroups: -1}).Validate(), "max_cgroups")
	assert.ErrorContains(t, (&Config{Linger: -1}).Validate(), "linger")
}
