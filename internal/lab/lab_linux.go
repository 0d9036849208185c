package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/container"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/network"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/sink"
)

// zone is what the lab's name server answers.
var zone = sink.Zone{
	"external-server.com.": network.Outside,
	"drop.example.":        network.Outside,
	"api.example.":         network.Outside2,
	"ftp.example.":         network.Outside,
	"six.example.":         network.Outside6,
	"backup.internal.":     network.Internal,
}

// Options say how to build a lab.
type Options struct {
	Program  string // the exfil-lab binary that containers run
	Size     int64  // of the stolen file, in bytes
	Download int64  // size of the large download, in bytes; 0: 3 GB
	NoDocker bool   // own namespaces even where a daemon is installed
	// Quiet is how long a destination is silent before its incident closes: 0 is the
	// lab's own Quiet.
	Quiet time.Duration
}

// largeDownload is what a container may well fetch, in bytes.
const largeDownload = 3_000_000_000

// Lab is the whole environment. One process has at most one.
type Lab struct {
	Dir     string
	Network *network.Network
	Sinks   *sink.Servers
	Engine  container.Engine
	Size    int64

	download int64
	quiet    time.Duration
	ran      []Workload
}

// New builds the lab. Close takes everything down again.
func New(ctx context.Context, o Options) (*Lab, error) {
	dir, err := newState()
	if err != nil {
		return nil, err
	}
	l := &Lab{Dir: dir, Size: o.Size, download: cmp.Or(o.Download, largeDownload), quiet: cmp.Or(o.Quiet, Quiet)}
	if err := l.build(ctx, o); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Lab) build(ctx context.Context, o Options) error {
	var err error
	if l.Network, err = network.New(); err != nil {
		return err
	}
	for _, sub := range []string{"sink", "docker", "rootfs"} {
		if err := os.Mkdir(filepath.Join(l.Dir, sub), 0o755); err != nil {
			return err
		}
	}
	if l.Sinks, err = sink.Start(l.Network, l.path("sink"), zone); err != nil {
		return fmt.Errorf("sinks: %w", err)
	}
	if err := os.WriteFile(l.path("sink.pem"), l.Sinks.Cert.Cert, 0o644); err != nil {
		return err
	}
	if err := writeLoot(l.path("stolen_data.txt"), o.Size); err != nil {
		return err
	}
	if err := container.BuildRootfs(l.path("rootfs"), o.Program); err != nil {
		return fmt.Errorf("image: %w", err)
	}
	l.Engine, err = l.engine(ctx, o.NoDocker)
	return err
}

// engine is Docker where it is installed.
func (l *Lab) engine(ctx context.Context, noDocker bool) (container.Engine, error) {
	if !noDocker {
		d, err := container.StartDocker(ctx, l.Network.Victim, l.path("docker"), l.path("rootfs"), network.Outside)
		if !errors.Is(err, exec.ErrNotFound) {
			return d, err
		}
	}
	return container.NewBoxes(l.Network, l.path("rootfs"), network.Outside)
}

func (l *Lab) path(name string) string { return filepath.Join(l.Dir, name) }

// Close stops and removes everything that New made.
func (l *Lab) Close() error {
	var errs []error
	if l.Engine != nil {
		errs = append(errs, l.Engine.Close())
	}
	if l.Sinks != nil {
		errs = append(errs, l.Sinks.Stop())
	}
	if l.Network != nil {
		errs = append(errs, l.Network.Close())
	}
	return errors.Join(append(errs, removeState(l.Dir))...)
}

// Workloads says whose the containers' addresses were, up to now. An address
// is its container's until the next one starts.
func (l *Lab) Workloads() []Workload {
	end(l.ran, time.Now())
	return slices.Clone(l.ran)
}

// Exec runs one command in a new container, with the loot at hand. One runs at a
// time.
func (l *Lab) Exec(ctx context.Context, s Scenario) (container.Result, error) {
	files := map[string]string{
		"/data/stolen_data.txt": l.path("stolen_data.txt"),
		"/data/sink.pem":        l.path("sink.pem"),
	}
	if s.Needs == "sshd" {
		files["/data/client.key"] = l.path("sink/client.key")
	}
	end(l.ran, time.Now())
	r, err := l.Engine.Run(ctx, container.Spec{
		Name:    s.Container(),
		Command: s.Command,
		Env:     []string{"FTP_SERVER=ftp.example", fmt.Sprintf("DOWNLOAD_BYTES=%d", l.download)},
		Files:   files,
		IOUring: s.IOUring,
	})
	who := flow.Resource{ContainerID: r.ID, Image: l.Engine.Image()}
	if l.Engine.Socket() != "" {
		who.Container, who.Runtime = s.Container(), l.Engine.Name()
	}
	l.ran = append(l.ran, workloads(who, r.Addresses, r.Started)...)
	if err == nil && r.ExitCode != 0 {
		err = fmt.Errorf("%s: the container ended with %d: %s", s.Name, r.ExitCode, r.Output)
	}
	return r, err
}
