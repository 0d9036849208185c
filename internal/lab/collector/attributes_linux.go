package collector

import "syscall"

// attributes end the collector with the lab, and keep a terminal's interrupt
// for the lab alone.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
}
