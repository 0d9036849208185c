package indicator

// Classes of public services that data is carried away by (ATT&CK T1567, T1048,
// T1572). That a name belongs to one says how it could be used, not that it is.
const (
	// ClassPaste is a site that publishes text for whoever sends it.
	ClassPaste = "paste"
	// ClassFileSharing takes files without an account.
	ClassFileSharing = "file_sharing"
	// ClassCloudStorage is storage for consumers, behind an account.
	ClassCloudStorage = "cloud_storage"
	// ClassTunnel carries connections to a machine that has no address of its own.
	ClassTunnel = "tunnel"
	// ClassRequestBin shows whoever made it the requests, or the DNS questions,
	// that arrive.
	ClassRequestBin = "request_bin"
	// ClassWebhook delivers a request's body into a chat or an automation.
	ClassWebhook = "webhook"
	// ClassDoH resolves names over HTTPS or TLS, past the local resolver.
	ClassDoH = "doh"
)

// Class says which class of service a name belongs to: that of its longest ending
// in the table. Upper case and a dot at the end do not matter.
func Class(domain string) (class string, ok bool) {
	var q query
	if !q.set(domain) {
		return "", false
	}
	for rest := q.text[:q.length]; len(rest) > 0; rest = cutLabel(rest) {
		if class, ok := classOf[string(rest)]; ok {
			return class, true
		}
	}
	return "", false
}

// classOf is services turned about; it does not change.
var classOf = turned(services)

func turned(classes []service) map[string]string {
	m := make(map[string]string)
	for _, s := range classes {
		for _, domain := range s.domains {
			m[domain] = s.class
		}
	}
	return m
}
