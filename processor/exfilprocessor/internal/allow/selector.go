package allow

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

var kinds = []string{"deployment", "statefulset", "daemonset", "cronjob"}

// selector is a compiled Workload.
type selector struct {
	cluster, namespace, name, image, container glob
	kind                                       string
}

func (w *Workload) compile() (selector, error) {
	if *w == (Workload{}) {
		return selector{}, errors.New("give at least one of cluster, namespace, kind, name, image, container")
	}
	if w.Kind != "" && !slices.Contains(kinds, w.Kind) {
		return selector{}, fmt.Errorf("kind: must be one of %s, not %q", strings.Join(kinds, ", "), w.Kind)
	}
	return selector{
		cluster:   newGlob(w.Cluster),
		namespace: newGlob(w.Namespace),
		kind:      w.Kind,
		name:      newGlob(w.Name),
		image:     newGlob(w.Image),
		container: newGlob(w.Container),
	}, nil
}

// workload says whether any container of the workload may match. A workload that
// has a controller has one cluster and namespace; any other may be in several.
func (s *selector) workload(res *flow.Resource) bool {
	kind, name := res.Controller()
	if s.kind != "" && s.kind != kind || !s.name.match(name) {
		return false
	}
	return kind == "" || s.cluster.match(res.Cluster) && s.namespace.match(res.Namespace)
}

// instance says whether this container of a workload that matches does so itself.
func (s *selector) instance(res *flow.Resource) bool {
	return s.namespace.match(res.Namespace) && s.cluster.match(res.Cluster) &&
		s.image.match(res.Image) && s.container.match(containerName(res))
}

func containerName(res *flow.Resource) string {
	if res.K8sContainer != "" {
		return res.K8sContainer
	}
	return res.Container
}
