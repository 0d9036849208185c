package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/allow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

// Workload is what runs in one container and its replicas.
type Workload struct {
	Key    string
	Serial uint64

	total     Pair // what went to all outside destinations without an incident
	unusual   Pair // what of it went to those that are not customary
	windows   reach
	days      reach
	senders   stats.Known
	every     reports        // not kept: it is soon known again
	incidents int            // open ones
	pass      *allow.Pass    // nil if nothing is allowed to it
	ledgers   []allow.Ledger // kept ones, until there is a pass
	met       bool           // pass was asked for: a workload that was kept has none at first
}

// Source is a resource, read once for all its records.
type Source struct {
	Resource *flow.Resource
	// key is empty where only a record's source address can tell.
	key string
}

// NewSource reads a resource. It keeps the pointer.
func NewSource(res *flow.Resource) Source {
	return Source{Resource: res, key: short(workloadKey(res))}
}

// maxKey is longer than any name that Kubernetes or a runtime allows makes a key.
const maxKey = 1024

// short bounds a key that a hostile sender made long.
func short(key string) string {
	if len(key) <= maxKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return "long\x00" + hex.EncodeToString(sum[:])
}

// workloadKey names the controller in Kubernetes, else image and container
// name, else the container id, else the pod, which then has no controller, else
// the address that its observer vouches for. NUL separates, since names may hold
// anything else.
func workloadKey(res *flow.Resource) string {
	kind, name := res.Controller()
	switch {
	case name != "":
		return "k8s\x00" + res.Cluster + "\x00" + res.Namespace + "\x00" + kind + "\x00" + name
	case res.Image != "" || res.Container != "":
		return "container\x00" + res.Image + "\x00" + res.Container
	case res.ContainerID != "":
		return "id\x00" + res.ContainerID
	case res.Pod != "":
		return "pod\x00" + res.Cluster + "\x00" + res.Namespace + "\x00" + res.Pod
	case res.PodUID != "":
		return "uid\x00" + res.PodUID
	case res.Address != "":
		return "address\x00" + res.Address
	default:
		return ""
	}
}

// subject names the workload at the start of a sentence.
func subject(res *flow.Resource, source netip.Addr) string {
	switch {
	case res.Pod != "" && res.K8sContainer != "":
		return fmt.Sprintf("Container %s of pod %s", prose.Name(res.K8sContainer), pod(res))
	case res.Pod != "":
		return "Pod " + pod(res)
	case res.Container != "" && res.Image != "":
		return fmt.Sprintf("Container %s (image %s)", prose.Name(res.Container), prose.Name(res.Image))
	case res.Container != "":
		return "Container " + prose.Name(res.Container)
	case res.ContainerID != "":
		return "Container " + prose.Name(res.ContainerID[:min(12, len(res.ContainerID))])
	case res.Image != "":
		return "A container of image " + prose.Name(res.Image)
	default:
		return "The container at " + source.String()
	}
}

func pod(res *flow.Resource) string {
	if res.Namespace == "" {
		return prose.Name(res.Pod)
	}
	return prose.Name(res.Namespace) + "/" + prose.Name(res.Pod)
}
