package sink

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Process is a server that the lab started and will stop.
type Process struct {
	cmd *exec.Cmd
}

// start runs a shell script in a private mount namespace, so that what the
// server wants of /etc and /run is given to it alone. The script must end in
// exec, so that the process stopped later is the server.
func start(enter Enter, dir, name, script string, args ...string) (*Process, error) {
	log, err := os.Create(filepath.Join(dir, name+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	argv := append([]string{"--mount", "sh", "-euc", script, name}, args...)
	cmd := exec.Command("unshare", argv...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if err := enter(cmd.Start); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return &Process{cmd: cmd}, nil
}

// Stop ends the server with its children and waits for it.
func (p *Process) Stop() error {
	err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		err = nil
	}
	_ = p.cmd.Wait() // killed: its status says nothing
	return err
}
