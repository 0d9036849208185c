package unusualsender

import "strings"

// isTool says whether an executable is one that intruders bring or find to move files
// with: a transfer program, an interpreter, a shell. Versions do not matter:
// python3.12 is python.
func isTool(executable string) bool {
	name := executable[strings.LastIndexByte(executable, '/')+1:]
	switch strings.TrimRight(name, "0123456789.-") {
	case "curl", "wget", "aria", "nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "socat", "telnet",
		"scp", "sftp", "ssh", "dropbear", "dbclient", "rsync", "rclone", "ftp", "lftp", "tftp", "ncftpput",
		"aws", "gsutil", "gcloud", "azcopy", "az", "s3cmd", "s5cmd", "mc", "megaput", "restic", "borg", "croc",
		"python", "perl", "ruby", "lua", "php", "busybox", "toybox", "openssl", "gawk",
		"sh", "bash", "dash", "ash", "zsh", "pwsh",
		"chisel", "ngrok", "cloudflared", "frpc", "iodine", "dnscat", "gost", "ligolo":
		return true
	}
	return false
}

// isPlanted says whether it lies where programs are not installed, or nowhere: in a
// directory for temporary files, in one that is hidden, in memory, or removed.
func isPlanted(executable string) bool {
	for _, place := range [...]string{"/tmp/", "/var/tmp/", "/dev/shm/", "/run/", "/memfd:", "memfd:"} {
		if strings.HasPrefix(executable, place) {
			return true
		}
	}
	return strings.Contains(executable, "/.") || strings.HasSuffix(executable, " (deleted)")
}
