package backtest

import (
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// workloadName names what the engine takes for one workload: the controller in
// Kubernetes, else image and container name, else the container id.
func workloadName(res *flow.Resource) string {
	kind, name := res.Controller()
	switch {
	case name != "":
		return kind + " " + tell.Clean(path(res.Cluster, res.Namespace, name))
	case res.Container != "" && res.Image != "":
		return "container " + tell.Clean(res.Container) + " (" + tell.Clean(res.Image) + ")"
	case res.Container != "":
		return "container " + tell.Clean(res.Container)
	case res.Image != "":
		return "image " + tell.Clean(res.Image)
	case res.ContainerID != "":
		return "container " + tell.Short(res.ContainerID)
	default:
		return "a container without a name"
	}
}

// path joins the parts that are known.
func path(parts ...string) string {
	var known []string
	for _, part := range parts {
		if part != "" {
			known = append(known, part)
		}
	}
	return strings.Join(known, "/")
}
