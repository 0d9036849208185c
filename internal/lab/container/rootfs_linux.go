package container

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Tools that a victim's image has where the host has them. The scenarios whose
// tool is missing say so.
var tools = []string{"curl", "ftp", "lftp", "scp", "ssh", "busybox"}

// applets are what the commands of scenarios use of a shell's surroundings.
var applets = []string{"sh", "cat", "cp", "chmod", "sleep", "ls", "env", "true", "head", "dd"}

// BuildRootfs fills dir with the host's tools, the libraries that they load,
// and the lab's own program as /usr/bin/exfil-lab.
func BuildRootfs(dir, program string) error {
	for _, d := range []string{"etc", "tmp", "proc", "dev", "root/.ssh", "data", "bin", "usr/bin"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return err
		}
	}
	for name, content := range map[string]string{
		"passwd":        "root:x:0:0:root:/root:/bin/sh\n",
		"group":         "root:x:0:\n",
		"nsswitch.conf": "hosts: files dns\n",
		"hosts":         "127.0.0.1 localhost\n",
		"services":      "ftp 21/tcp\nftp-data 20/tcp\nssh 22/tcp\nhttp 80/tcp\nhttps 443/tcp\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, "etc", name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	if err := install(dir, program, "/usr/bin/exfil-lab"); err != nil {
		return err
	}
	for _, tool := range tools {
		if err := installTool(dir, tool, program); err != nil {
			return err
		}
	}
	return installShell(dir)
}

// standIns are the tools that the lab's own program can stand in for.
var standIns = []string{"curl", "ftp"}

func installTool(dir, tool, program string) error {
	path, err := exec.LookPath(tool)
	if errors.Is(err, exec.ErrNotFound) && slices.Contains(standIns, tool) {
		return copyFile(program, filepath.Join(dir, "usr/bin", tool))
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return install(dir, path, "/usr/bin/"+tool)
}

// installShell gives the image its shell: busybox's, else the host's own.
func installShell(dir string) error {
	_, err := os.Stat(filepath.Join(dir, "usr/bin/busybox"))
	for _, applet := range applets {
		if err == nil {
			if err := os.Symlink("/usr/bin/busybox", filepath.Join(dir, "bin", applet)); err != nil {
				return err
			}
			continue
		}
		path, err := exec.LookPath(applet)
		if err != nil {
			return fmt.Errorf("the image needs %s: %w", applet, err)
		}
		if err := install(dir, path, "/bin/"+applet); err != nil {
			return err
		}
	}
	return nil
}

// library is a path in what ldd prints: "libc.so.6 => /lib/libc.so.6 (0x…)" or
// "/lib64/ld-linux-x86-64.so.2 (0x…)".
var library = regexp.MustCompile(`(/\S+) \(0x[0-9a-f]+\)`)

// install copies a program and the libraries that it loads.
func install(dir, from, to string) error {
	if err := copyFile(from, filepath.Join(dir, to)); err != nil {
		return err
	}
	out, err := exec.Command("ldd", from).CombinedOutput()
	if err != nil && !strings.Contains(string(out), "not a dynamic executable") {
		return fmt.Errorf("libraries of %s: %w: %s", from, err, out)
	}
	for _, m := range library.FindAllStringSubmatch(string(out), -1) {
		if err := copyFile(m[1], filepath.Join(dir, m[1])); err != nil {
			return err
		}
	}
	return nil
}

// copyFile copies what a path leads to, once.
func copyFile(from, to string) error {
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}
