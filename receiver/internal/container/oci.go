package container

import (
	"context"
	"os"
	"path/filepath"
)

// bundle is the part of an OCI runtime config.json that is read.
type bundle struct {
	Annotations map[string]string `json:"annotations"`
}

// containerdBundles finds PARENT/NAMESPACE/ID/config.json, which containerd's
// shim keeps while the container runs.
type containerdBundles struct{ parents []string }

func (containerdBundles) serves(runtime string) bool {
	return runtime == "" || runtime == "containerd"
}

func (b containerdBundles) names(_ context.Context, containerID string) (Names, bool) {
	for _, parent := range b.parents {
		namespaces, err := os.ReadDir(parent)
		if err != nil {
			continue
		}
		for _, namespace := range namespaces {
			var doc bundle
			path := filepath.Join(parent, namespace.Name(), containerID, "config.json")
			if readJSON(path, &doc) == nil {
				return containerdNames(doc.Annotations)
			}
		}
	}
	return Names{}, false
}

// containerdNames reads the annotations of containerd's CRI plugin, and of
// nerdctl. Docker's containers, in the namespace moby, have none.
func containerdNames(notes map[string]string) (Names, bool) {
	container := notes["io.kubernetes.cri.container-name"]
	names := Names{
		Name:         firstOf(container, notes["nerdctl/name"]),
		Image:        imageName(notes["io.kubernetes.cri.image-name"]),
		Pod:          notes["io.kubernetes.cri.sandbox-name"],
		Namespace:    notes["io.kubernetes.cri.sandbox-namespace"],
		K8sContainer: container,
		podUID:       notes["io.kubernetes.cri.sandbox-uid"],
	}
	if names == (Names{}) {
		return names, false
	}
	names.runtime = "containerd"
	return names, true
}

// overlayBundles finds PARENT/ID/userdata/config.json of CRI-O.
type overlayBundles struct{ parents []string }

func (overlayBundles) serves(runtime string) bool { return runtime == "" || runtime == "cri-o" }

func (b overlayBundles) names(_ context.Context, containerID string) (Names, bool) {
	for _, parent := range b.parents {
		var doc bundle
		path := filepath.Join(parent, containerID, "userdata", "config.json")
		if readJSON(path, &doc) == nil {
			return crioNames(doc.Annotations)
		}
	}
	return Names{}, false
}

func crioNames(notes map[string]string) (Names, bool) {
	container := notes["io.kubernetes.container.name"]
	if container == "POD" {
		container = "" // the pod's sandbox
	}
	names := Names{
		Name:         container,
		Image:        firstImage(notes["io.kubernetes.cri-o.ImageName"], notes["io.kubernetes.cri-o.Image"]),
		Pod:          notes["io.kubernetes.pod.name"],
		Namespace:    notes["io.kubernetes.pod.namespace"],
		K8sContainer: container,
		podUID:       notes["io.kubernetes.pod.uid"],
	}
	if names == (Names{}) {
		return names, false
	}
	names.runtime = "cri-o"
	return names, true
}
