package sink

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"golang.org/x/crypto/ssh"
)

// sshConfig lets one throw-away key in, to write files in one directory.
const sshConfig = `ListenAddress %[1]s
HostKey %[2]s/host.key
AuthorizedKeysFile %[2]s/client.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
StrictModes no
PidFile none
Subsystem sftp internal-sftp
ForceCommand internal-sftp -d /upload
ChrootDirectory /run/sink
AllowTcpForwarding no
`

// sshScript gives sshd the /run/sshd that it insists on, and a chroot whose
// parents only root can write to, seen by no other process.
const sshScript = `mount -t tmpfs -o mode=755 none /run
mkdir -m 755 /run/sshd /run/sink
mount --bind ssh /run/sink
exec "$1" -D -e -f "$2"`

// StartSSH runs sshd, which keeps uploads in dir/ssh/upload. The client's key
// is dir/client.key.
func StartSSH(enter Enter, dir string, at netip.Addr) (*Process, error) {
	sshd, err := find("sshd")
	if err != nil {
		return nil, err
	}
	if _, err := writeKey(filepath.Join(dir, "host.key")); err != nil {
		return nil, err
	}
	public, err := writeKey(filepath.Join(dir, "client.key"))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "client.pub"), public, 0o644); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "ssh", "upload"), 0o755); err != nil {
		return nil, err
	}
	conf := filepath.Join(dir, "sshd.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, sshConfig, at, dir), 0o600); err != nil {
		return nil, err
	}
	return start(enter, dir, "sshd", sshScript, sshd, conf)
}

// writeKey makes a key pair, writes the private key in OpenSSH's form and
// returns the public one as an authorized_keys line.
func writeKey(path string) ([]byte, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(private, "exfil-lab")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		return nil, err
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	return ssh.MarshalAuthorizedKey(key), nil
}
