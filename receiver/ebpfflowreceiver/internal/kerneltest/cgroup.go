//go:build linux

package kerneltest

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Root is where cgroup v2 is mounted: alone, or beside version 1.
func Root() (string, error) {
	for _, path := range []string{"/sys/fs/cgroup/unified", "/sys/fs/cgroup"} {
		var s unix.Statfs_t
		if unix.Statfs(path, &s) == nil && s.Type == unix.CGROUP2_SUPER_MAGIC {
			return path, nil
		}
	}
	return "", errors.New("no cgroup v2 mount")
}

// Cgroup makes a cgroup named as Docker names a container's, and returns it open
// with its container id.
func Cgroup() (dir *os.File, id string, err error) {
	root, err := Root()
	if err != nil {
		return nil, "", err
	}
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
