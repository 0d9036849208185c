//go:build linux

// Package kerneltest gives the kernel tests their surroundings: cgroups named as
// container runtimes name them, and processes that send a known number of bytes
// inside them, in network namespaces of their own.
package kerneltest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/vishvananda/netlink"
)

// Outside is the address of every workload's peer: a documentation address
// (RFC 5737) on the loopback interface of a namespace without any other.
const (
	Outside  = "203.0.113.1"
	Outside6 = "2001:db8::1"
	Inside   = "203.0.113.2"
)

const environment = "EXFIL_KERNELTEST_WORKLOAD"

// Sent is what a workload says of itself: what its sockets were given.
type Sent struct {
	Bytes, Received, Packets int64
	Port                     uint16 // the peer's
	PID                      int
}

// Main runs the workload that the environment asks for, instead of the tests.
// Call it first in TestMain.
func Main() {
	name := os.Getenv(environment)
	if name == "" {
		return
	}
	var args []int64
	if err := json.Unmarshal([]byte(os.Args[len(os.Args)-1]), &args); err != nil {
		fail(err)
	}
	run, ok := workloads[name]
	if !ok {
		fail(fmt.Errorf("no workload %q", name))
	}
	sent, err := run(args)
	if err != nil {
		fail(err)
	}
	sent.PID = os.Getpid()
	if err := json.NewEncoder(os.Stdout).Encode(sent); err != nil {
		fail(err)
	}
	os.Exit(0)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Command is a workload in a cgroup, ready to start. With its own network it
// gets a namespace in which the addresses above are loopback's.
func Command(cgroup *os.File, ownNetwork bool, name string, args ...int64) (*exec.Cmd, error) {
	text, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	c := exec.Command("/proc/self/exe", string(text))
	c.Env = append(os.Environ(), environment+"="+name)
	c.Stderr = os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(cgroup.Fd())}
	if ownNetwork {
		c.Env = append(c.Env, networkEnvironment+"=1")
		c.SysProcAttr.Cloneflags = syscall.CLONE_NEWNET
	}
	return c, nil
}

// Run starts a workload, waits for it and returns what it sent.
func Run(cgroup *os.File, name string, args ...int64) (Sent, error) {
	var sent Sent
	c, err := Command(cgroup, true, name, args...)
	if err != nil {
		return sent, err
	}
	out, err := c.Output()
	if err != nil {
		return sent, fmt.Errorf("workload %s: %w", name, err)
	}
	return sent, json.Unmarshal(out, &sent)
}

const networkEnvironment = "EXFIL_KERNELTEST_NETWORK"

// setUp gives the namespace its addresses.
func setUp() error {
	if os.Getenv(networkEnvironment) == "" {
		return nil
	}
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return err
	}
	for _, address := range []string{Outside + "/32", Inside + "/32", Outside6 + "/128"} {
		a, err := netlink.ParseAddr(address)
		if err != nil {
			return err
		}
		if err := netlink.AddrAdd(lo, a); err != nil {
			return fmt.Errorf("add %s: %w", address, err)
		}
	}
	return nil
}
