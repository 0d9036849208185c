package container

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/network"
)

const (
	image       = "exfil-lab/victim:1"
	startWithin = 30 * time.Second
	stopWithin  = 20 * time.Second
)

// Docker is a daemon of the lab's own, in the victim's namespace: the host's
// daemon, images and network are left alone.
type Docker struct {
	dir    string
	dns    netip.Addr
	daemon *exec.Cmd
	ended  chan error
}

// StartDocker runs dockerd with its state in dir, and makes the image of rootfs.
func StartDocker(ctx context.Context, ns *network.Namespace, dir, rootfs string, dns netip.Addr) (*Docker, error) {
	dockerd, err := exec.LookPath("dockerd")
	if err != nil {
		return nil, err
	}
	d := &Docker{dir: dir, dns: dns, ended: make(chan error, 1)}
	if err := d.start(ns, dockerd); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	if err := d.wait(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if err := d.load(ctx, rootfs); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// start runs the daemon without packet filter rules: the lab routes, so that a
// server can connect back to a container (active FTP).
func (d *Docker) start(ns *network.Namespace, dockerd string) error {
	log, err := os.Create(filepath.Join(d.dir, "dockerd.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	d.daemon = exec.Command(dockerd,
		"--data-root", filepath.Join(d.dir, "data"),
		"--exec-root", filepath.Join(d.dir, "exec"),
		"--pidfile", filepath.Join(d.dir, "dockerd.pid"),
		"--host", "unix://"+d.Socket(),
		"--config-file", filepath.Join(d.dir, "none.json"),
		"--bip", network.Bridge, "--ipv6", "--fixed-cidr-v6", network.Bridge6,
		"--iptables=false", "--ip6tables=false", "--ip-masq=false", "--userland-proxy=false",
		"--shutdown-timeout", "3")
	d.daemon.Stdout, d.daemon.Stderr = log, log
	d.daemon.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
	if err := os.WriteFile(filepath.Join(d.dir, "none.json"), []byte("{}"), 0o600); err != nil {
		return err
	}
	if err := ns.Do(d.daemon.Start); err != nil {
		return fmt.Errorf("start dockerd: %w", err)
	}
	go func() { d.ended <- d.daemon.Wait() }()
	return nil
}

// wait asks the daemon until it answers.
func (d *Docker) wait(ctx context.Context) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if d.docker(ctx, "version").Run() == nil {
			return nil
		}
		select {
		case err := <-d.ended:
			d.ended <- err
			return fmt.Errorf("dockerd ended: %w: %s", err, d.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("dockerd does not answer: %w: %s", ctx.Err(), d.lastWords())
		case <-tick.C:
		}
	}
}

// load imports the image: tar writes, docker import reads.
func (d *Docker) load(ctx context.Context, rootfs string) error {
	tar := exec.CommandContext(ctx, "tar", "-C", rootfs, "-c", ".")
	pipe, err := tar.StdoutPipe()
	if err != nil {
		return err
	}
	load := d.docker(ctx, "import", "-", image)
	load.Stdin = pipe
	if err := tar.Start(); err != nil {
		return err
	}
	out, err := load.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("docker import: %w: %s", err, out)
	}
	return errors.Join(err, tar.Wait())
}

func (d *Docker) docker(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, "docker", append([]string{"--host", "unix://" + d.Socket()}, args...)...)
}

// lastWords is the end of the daemon's log.
func (d *Docker) lastWords() string {
	const most = 600
	log, err := os.ReadFile(filepath.Join(d.dir, "dockerd.log"))
	if err != nil {
		return err.Error()
	}
	return string(log[max(0, len(log)-most):])
}

// Name is what ran the containers.
func (d *Docker) Name() string { return "docker" }

// Image is what the lab's containers run, without its tag.
func (d *Docker) Image() string { name, _, _ := strings.Cut(image, ":"); return name }

// Socket is the daemon's API.
func (d *Docker) Socket() string { return filepath.Join(d.dir, "docker.sock") }

// Run runs one container to its end and removes it.
func (d *Docker) Run(ctx context.Context, s Spec) (Result, error) {
	cidfile := filepath.Join(d.dir, s.Name+".cid")
	args := []string{"run", "--cidfile", cidfile, "--name", s.Name, "--hostname", s.Name, "--dns", d.dns.String(),
		"--workdir", "/data"}
	for _, kv := range s.Env {
		args = append(args, "--env", kv)
	}
	for _, inside := range sortedKeys(s.Files) {
		args = append(args, "--volume", s.Files[inside]+":"+inside+":ro")
	}
	if s.IOUring {
		args = append(args, "--security-opt", "seccomp=unconfined")
	}
	args = append(args, image, "sh", "-c", s.Command)
	cmd := d.docker(ctx, args...)
	cmd.Cancel = func() error {
		kill, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		return d.docker(kill, "kill", s.Name).Run()
	}
	cmd.WaitDelay = stopWithin
	r, err := result(cmd)
	id, missing := os.ReadFile(cidfile)
	if missing != nil {
		return r, errors.Join(err, missing)
	}
	r.ID = string(id)
	var unknown error
	r.Addresses, unknown = d.addresses(r.ID)
	remove, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return r, errors.Join(err, unknown, d.docker(remove, "rm", "--force", r.ID).Run(), os.Remove(cidfile))
}

// addresses are those of a container that has ended, which the daemon forgets
// then: IPv4 is still in the /etc/hosts that it made, IPv6 is made of the
// hardware address, which is made of IPv4.
func (d *Docker) addresses(id string) ([]netip.Addr, error) {
	hosts, err := os.ReadFile(filepath.Join(d.dir, "data", "containers", id, "hosts"))
	if err != nil {
		return nil, err
	}
	bridge := netip.MustParsePrefix(network.Bridge).Masked()
	for line := range strings.Lines(string(hosts)) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if addr, err := netip.ParseAddr(fields[0]); err == nil && bridge.Contains(addr) {
			return []netip.Addr{addr, network.Bridge6Address(addr)}, nil
		}
	}
	return nil, fmt.Errorf("container %s: no address in its hosts file", id)
}

// result runs a command and tells a container's failure from ours.
func result(cmd *exec.Cmd) (Result, error) {
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	r := Result{Started: time.Now()}
	err := cmd.Run()
	r.Ended, r.Output = time.Now(), out.String()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		r.ExitCode, err = exit.ExitCode(), nil
	}
	return r, err
}

// Close stops the daemon and what it runs, and waits for it.
func (d *Docker) Close() error {
	if err := d.daemon.Process.Signal(syscall.SIGTERM); errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	patience := time.NewTimer(stopWithin)
	defer patience.Stop()
	select {
	case <-d.ended:
		return nil
	case <-patience.C:
		err := syscall.Kill(-d.daemon.Process.Pid, syscall.SIGKILL)
		<-d.ended
		return errors.Join(errors.New("dockerd did not stop in time and was killed"), err)
	}
}
