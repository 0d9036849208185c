package backtest

import (
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// workloadName names what the engine takes for one workload: the controller in
// Kubernetes, else image and container name, else the container id.
func workloadName(res *flow.Resource) string {
	kind, name := controller(res)
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

func controller(res *flow.Resource) (kind, name string) {
	switch {
	case res.Deployment != "":
		return "deployment", res.Deployment
	case res.StatefulSet != "":
		return "statefulset", res.StatefulSet
	case res.DaemonSet != "":
		return "daemonset", res.DaemonSet
	case res.CronJob != "":
		return "cronjob", res.CronJob
	default:
		return "", ""
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
