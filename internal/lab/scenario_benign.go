package lab

// benign is what containers do all day: nothing may be said about it.
func benign() []Scenario {
	return []Scenario{
		{
			Name:    "download_3gb",
			Summary: "a 3 GB download",
			Command: `curl --silent --fail --output /dev/null http://external-server.com/download?bytes=$DOWNLOAD_BYTES`,
			Benign:  true, Process: "/usr/bin/curl", Bytes: none,
		},
		{
			Name:    "internal_upload",
			Summary: "an upload to a server of the own network",
			Command: `curl --silent --fail --upload-file stolen_data.txt http://backup.internal/upload`,
			Benign:  true, Process: "/usr/bin/curl",
		},
		{
			Name:    "small_posts",
			Summary: "1,000 POSTs of 2 KB to one API",
			Command: `exfil-lab attack --to api.example:80 --count 1000 --size 2048 posts`,
			Benign:  true, Process: "/usr/bin/exfil-lab", Bytes: 1000 * 2048,
		},
		{
			Name:    "lookups",
			Summary: "questions to the name server: addresses, mail servers, a name that is not there",
			Command: `for name in external-server.com drop.example api.example six.example backup.internal; do
busybox nslookup $name 203.0.113.10 && busybox nslookup -type=mx $name 203.0.113.10 || exit
done
busybox nslookup no.example 203.0.113.10 && exit 1 || [ $? = 1 ]`,
			Benign: true, Process: "/usr/bin/busybox", Bytes: none,
		},
	}
}

// none says that the application sends nothing of its own.
const none = -1
