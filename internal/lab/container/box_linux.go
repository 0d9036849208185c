package container

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/network"
)

// cgroupRoots are where the version 2 tree is mounted: hybrid, then pure.
var cgroupRoots = []string{"/sys/fs/cgroup/unified", "/sys/fs/cgroup"}

// Boxes are containers without an engine: a cgroup whose path looks like
// Docker's, and namespaces of their own.
type Boxes struct {
	rootfs  string
	cgroups string
	network *network.Network
}

// NewBoxes runs containers on rootfs, which it makes ready for that.
func NewBoxes(n *network.Network, rootfs string, dns netip.Addr) (*Boxes, error) {
	b := &Boxes{rootfs: rootfs, network: n}
	for _, root := range cgroupRoots {
		if _, err := os.Stat(filepath.Join(root, "cgroup.controllers")); err == nil {
			b.cgroups = filepath.Join(root, "docker")
			break
		}
	}
	if b.cgroups == "" {
		return nil, errors.New("no cgroup version 2 tree is mounted")
	}
	if err := os.MkdirAll(b.cgroups, 0o755); err != nil {
		return nil, err
	}
	resolv := []byte("nameserver " + dns.String() + "\n")
	if err := os.WriteFile(filepath.Join(rootfs, "etc/resolv.conf"), resolv, 0o644); err != nil {
		return nil, err
	}
	return b, b.devices()
}

// devices makes the few that tools want: Linux numbers (devices.txt).
func (b *Boxes) devices() error {
	for name, minor := range map[string]int{"null": 3, "zero": 5, "random": 8, "urandom": 9} {
		path := filepath.Join(b.rootfs, "dev", name)
		if err := syscall.Mknod(path, syscall.S_IFCHR|0o666, 1<<8|minor); err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("device %s: %w", name, err)
		}
	}
	return nil
}

// Name says that there is no engine.
func (b *Boxes) Name() string { return "own namespaces and cgroup (no Docker here)" }

// Image is empty: there is none.
func (b *Boxes) Image() string { return "" }

// Socket is empty: no API.
func (b *Boxes) Socket() string { return "" }

// Close removes the parent cgroup where nobody else uses it.
func (b *Boxes) Close() error {
	_ = os.Remove(b.cgroups) // not empty: somebody's containers
	return nil
}

// Run runs one container to its end and removes its cgroup.
func (b *Boxes) Run(ctx context.Context, s Spec) (Result, error) {
	var id [32]byte
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	cgroup := filepath.Join(b.cgroups, hex.EncodeToString(id[:]))
	if err := os.Mkdir(cgroup, 0o755); err != nil {
		return Result{}, err
	}
	r, err := b.inCgroup(ctx, s, cgroup)
	r.ID = filepath.Base(cgroup)
	return r, errors.Join(err, removeCgroup(cgroup))
}

func (b *Boxes) inCgroup(ctx context.Context, s Spec, cgroup string) (Result, error) {
	for _, inside := range sortedKeys(s.Files) {
		// A copy stands in for a volume; the image is the lab's own.
		target := filepath.Join(b.rootfs, inside)
		if err := errors.Join(os.RemoveAll(target), copyFile(s.Files[inside], target)); err != nil {
			return Result{}, err
		}
	}
	dir, err := os.Open(cgroup)
	if err != nil {
		return Result{}, err
	}
	defer dir.Close()
	ns, err := b.network.Box()
	if err != nil {
		return Result{}, err
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", s.Command)
	cmd.Dir, cmd.Env = "/data", append([]string{"PATH=/usr/bin:/bin", "HOME=/root"}, s.Env...)
	cmd.WaitDelay = stopWithin
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Chroot:      b.rootfs,
		Cloneflags:  syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		UseCgroupFD: true,
		CgroupFD:    int(dir.Fd()),
		Pdeathsig:   syscall.SIGKILL,
	}
	var r Result
	err = ns.Do(func() error { r, err = result(cmd); return err })
	r.Addresses = ns.Addresses
	return r, errors.Join(err, ns.Close())
}

// removeCgroup kills what is left in a cgroup and removes it.
func removeCgroup(path string) error {
	_ = os.WriteFile(filepath.Join(path, "cgroup.kill"), []byte("1"), 0o644) // from 5.14; empty already, as a rule
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var err error
	for range 100 {
		if err = os.Remove(path); err == nil || errors.Is(err, os.ErrNotExist) {
			return nil
		}
		<-tick.C
	}
	return fmt.Errorf("remove cgroup: %w", err)
}
