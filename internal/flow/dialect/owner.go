package dialect

import "github.com/otelcol-exfil/otelcol-exfil/internal/flow"

// own notes what controls a pod, by the kind's name in Kubernetes. Other kinds
// name no workload.
func own(res *flow.Resource, kind, name string) {
	switch kind {
	case "Deployment":
		res.Deployment = name
	case "StatefulSet":
		res.StatefulSet = name
	case "DaemonSet":
		res.DaemonSet = name
	case "CronJob":
		res.CronJob = name
	case "Job":
		res.Job = name
	}
}
