package sink

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
)

// ftpConfig takes any login as one guest who may write. Cleartext and AUTH TLS,
// passive and active.
const ftpConfig = `listen=YES
listen_address=%[1]s
background=NO
seccomp_sandbox=NO
local_enable=YES
guest_enable=YES
guest_username=guest
virtual_use_local_privs=YES
write_enable=YES
anonymous_enable=NO
chroot_local_user=YES
allow_writeable_chroot=YES
local_root=%[2]s
secure_chroot_dir=%[3]s/empty
pam_service_name=exfil-lab-ftp
xferlog_enable=NO
connect_from_port_20=YES
ssl_enable=YES
force_local_logins_ssl=NO
force_local_data_ssl=NO
require_ssl_reuse=NO
ssl_tlsv1=YES
ssl_ciphers=HIGH
rsa_cert_file=%[3]s/sink.pem
rsa_private_key_file=%[3]s/sink.key
`

// ftpScript gives vsftpd a PAM service that lets anyone in, and a guest account
// whose home is the upload directory: seen by no other process, and reachable
// from the lab's namespaces only.
const ftpScript = `mkdir -p pam && printf 'auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so\n' > pam/exfil-lab-ftp
printf 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/false\nguest:x:65534:65534::%s/ftp:/bin/sh\n' "$PWD" > passwd
mount --bind pam /etc/pam.d
mount --bind passwd /etc/passwd
exec "$1" "$2"`

// guest is nobody's user and group id, and that of ftpScript's account.
const guest = 65534

// StartFTP runs vsftpd, which keeps uploads in dir/ftp.
func StartFTP(enter Enter, dir string, at netip.Addr, c *Certificate) (*Process, error) {
	vsftpd, err := find("vsftpd")
	if err != nil {
		return nil, err
	}
	uploads := filepath.Join(dir, "ftp")
	files := map[string][]byte{
		"sink.pem":    c.Cert,
		"sink.key":    c.Key,
		"vsftpd.conf": fmt.Appendf(nil, ftpConfig, at, uploads, dir),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "empty"), 0o755); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(uploads, 0o755); err != nil {
		return nil, err
	}
	if err := os.Chown(uploads, guest, guest); err != nil {
		return nil, err
	}
	return start(enter, dir, "vsftpd", ftpScript, vsftpd, filepath.Join(dir, "vsftpd.conf"))
}
