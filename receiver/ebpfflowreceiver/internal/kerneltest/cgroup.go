//go:build linux

package kerneltest

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
)

// Cgroup makes a cgroup below root, named as Docker names a container's, and
// returns it open with its container id.
func Cgroup(root string) (dir *os.File, id string, err error) {
	var random [32]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, "", err
	}
	id = hex.EncodeToString(random[:])
	parent := filepath.Join(root, "docker")
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, "", err
	}
	path := filepath.Join(parent, id)
	if err := os.Mkdir(path, 0o755); err != nil {
		return nil, "", err
	}
	dir, err = os.Open(path)
	return dir, id, err
}

// Remove removes a cgroup whose processes have ended.
func Remove(dir *os.File) error {
	if err := dir.Close(); err != nil {
		return err
	}
	return os.Remove(dir.Name())
}
