package container

import (
	"context"
	"encoding/json"
	"io"
	"os"
)

// maxList bounds the list of all containers of a host.
const maxList = 8 << 20

// storageList is the list of containers that podman and CRI-O share. It holds
// podman's names, which no bundle does; containers run with --rm are in a
// volatile list of their own.
type storageList struct{ files []string }

type storageEntry struct {
	ID       string   `json:"id"`
	Names    []string `json:"names"`
	Metadata string   `json:"metadata"` // JSON again
}

type storageMetadata struct {
	Name  string `json:"name"`
	Image string `json:"image-name"`
}

func (storageList) serves(runtime string) bool { return runtime == "" || runtime == "podman" }

func (l storageList) names(_ context.Context, containerID string) (Names, bool) {
	for _, path := range l.files {
		if entry, ok := findStored(path, containerID); ok {
			return storageNames(entry)
		}
	}
	return Names{}, false
}

func findStored(path, containerID string) (storageEntry, bool) {
	file, err := os.Open(path)
	if err != nil {
		return storageEntry{}, false
	}
	defer func() { _ = file.Close() }()
	list := json.NewDecoder(io.LimitReader(file, maxList))
	if _, err := list.Token(); err != nil {
		return storageEntry{}, false
	}
	for list.More() {
		var entry storageEntry
		if list.Decode(&entry) != nil {
			return storageEntry{}, false
		}
		if entry.ID == containerID {
			return entry, true
		}
	}
	return storageEntry{}, false
}

func storageNames(entry storageEntry) (Names, bool) {
	var meta storageMetadata
	_ = json.Unmarshal([]byte(entry.Metadata), &meta) // the names alone are worth having
	name := meta.Name
	if len(entry.Names) > 0 {
		name = entry.Names[0]
	}
	return Names{runtime: "podman", Name: name, Image: imageName(meta.Image)}, name != ""
}
