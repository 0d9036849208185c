package engine

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

func TestWorkloadKey(t *testing.T) {
	id := strings.Repeat("ab", 32)
	for want, res := range map[string]flow.Resource{
		"k8s//shop/deployment/web":   {Namespace: "shop", Deployment: "web", Pod: "web-1", ContainerID: id, Image: "shop/web"},
		"k8s/prod/shop/cronjob/dump": {Cluster: "prod", Namespace: "shop", CronJob: "dump", Job: "dump-1"},
		"k8s//shop/statefulset/db":   {Namespace: "shop", StatefulSet: "db"},
		"k8s//shop/daemonset/agent":  {Namespace: "shop", DaemonSet: "agent"},
		"container/shop/web/web":     {Image: "shop/web", Container: "web", ContainerID: id},
		"id/" + id:                   {ContainerID: id},
		"pod//shop/debug":            {Namespace: "shop", Pod: "debug", PodUID: "1"},
		"uid/1":                      {PodUID: "1"},
		"":                           {Host: "node-1"},
	} {
		require.Equal(t, want, strings.ReplaceAll(workloadKey(&res), "\x00", "/"))
	}
}

func TestSubject(t *testing.T) {
	source := netip.MustParseAddr("172.17.0.2")
	for want, res := range map[string]flow.Resource{
		"Container app of pod shop/web-1":         {Namespace: "shop", Pod: "web-1", K8sContainer: "app", Container: "x"},
		"Pod shop/web-1":                          {Namespace: "shop", Pod: "web-1"},
		"Container web (image shop/web)":          {Container: "web", Image: "shop/web"},
		"Container web":                           {Container: "web"},
		"Container abababababab":                  {ContainerID: strings.Repeat("ab", 32)},
		"A container of image shop/web":           {Image: "shop/web"},
		"The container at 172.17.0.2":             {},
		"Container \"a\uFFFDb\" (image shop/web)": {Container: "a\nb", Image: "shop/web"},
	} {
		require.Equal(t, want, subject(&res, source))
	}
}

func TestLongKeysAreShortened(t *testing.T) {
	one := NewSource(&flow.Resource{Container: strings.Repeat("a", 1<<20)})
	other := NewSource(&flow.Resource{Container: strings.Repeat("a", 1<<20) + "b"})
	require.Less(t, len(one.key), maxKey)
	require.NotEqual(t, one.key, other.key)
}
