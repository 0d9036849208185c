package flow

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/attribute"
)

// Encode adds what s knows to res, and leaves res's other attributes alone.
func (s *Resource) Encode(res pcommon.Resource) {
	m := res.Attributes()
	attribute.PutString(m, attrContainerID, s.ContainerID)
	attribute.PutString(m, attrContainerRuntime, s.Runtime)
	attribute.PutString(m, attrContainerName, s.Container)
	attribute.PutString(m, attrContainerImage, s.Image)
	attribute.PutString(m, attrPodUID, s.PodUID)
	attribute.PutString(m, attrPodName, s.Pod)
	attribute.PutString(m, attrNamespace, s.Namespace)
	attribute.PutString(m, attrK8sContainer, s.K8sContainer)
	attribute.PutString(m, attrDeployment, s.Deployment)
	attribute.PutString(m, attrStatefulSet, s.StatefulSet)
	attribute.PutString(m, attrDaemonSet, s.DaemonSet)
	attribute.PutString(m, attrCronJob, s.CronJob)
	attribute.PutString(m, attrJob, s.Job)
	attribute.PutString(m, attrNode, s.Node)
	attribute.PutString(m, attrCluster, s.Cluster)
	attribute.PutString(m, attrHostName, s.Host)
	attribute.PutString(m, attrHostID, s.HostID)
	attribute.PutString(m, attrSourceAddress, s.Address)
}

// Decode reads res into s, all of it. Strings alias res. What is not a string
// is left out.
func (s *Resource) Decode(res pcommon.Resource) {
	*s = Resource{}
	for key, v := range res.Attributes().All() {
		if field := s.field(key); field != nil {
			*field, _ = attribute.String(v)
		}
	}
}

// field is where the attribute's value goes; nil where s has no place for it.
func (s *Resource) field(key string) *string {
	switch key {
	case attrContainerID:
		return &s.ContainerID
	case attrContainerRuntime:
		return &s.Runtime
	case attrContainerName:
		return &s.Container
	case attrContainerImage:
		return &s.Image
	case attrPodUID:
		return &s.PodUID
	case attrPodName:
		return &s.Pod
	case attrNamespace:
		return &s.Namespace
	case attrK8sContainer:
		return &s.K8sContainer
	case attrDeployment:
		return &s.Deployment
	case attrStatefulSet:
		return &s.StatefulSet
	case attrDaemonSet:
		return &s.DaemonSet
	case attrCronJob:
		return &s.CronJob
	case attrJob:
		return &s.Job
	case attrNode:
		return &s.Node
	case attrCluster:
		return &s.Cluster
	case attrHostName:
		return &s.Host
	case attrHostID:
		return &s.HostID
	case attrSourceAddress:
		return &s.Address
	default:
		return nil
	}
}

// Named says whether s tells what runs, not only where.
func (s *Resource) Named() bool {
	_, controller := s.Controller()
	return controller != "" || s.ContainerID != "" || s.Container != "" || s.Image != "" || s.Pod != "" || s.PodUID != ""
}

// Controller is what runs the pod: deployment, statefulset, daemonset or cronjob, and
// its name; both empty where none is known.
func (s *Resource) Controller() (kind, name string) {
	switch {
	case s.Deployment != "":
		return "deployment", s.Deployment
	case s.StatefulSet != "":
		return "statefulset", s.StatefulSet
	case s.DaemonSet != "":
		return "daemonset", s.DaemonSet
	case s.CronJob != "":
		return "cronjob", s.CronJob
	default:
		return "", ""
	}
}
