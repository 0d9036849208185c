package dnstunnel

// ignored are domains of which nobody but their owners, who are not suspected, can
// read what is asked for, and whose names look like data or are very many. Names
// below them are ignored too.
//
// A domain belongs here if its customers cannot run name servers below it, nor see
// its name servers' logs: what is asked there reaches no attacker. Services that
// hand out subdomains with their name servers (dynamic DNS, request collectors) must
// never be added. Sorted within each kind; a test holds that.
var ignored = []struct {
	kind    string
	domains []string
}{
	{"names that no public name server knows: a resolver answers for them itself", []string{
		"consul",    // HashiCorp Consul's services
		"corp",      // never delegated (ICANN resolution 2018.02.04.12)
		"home",      // likewise
		"home.arpa", // RFC 8375
		"internal",  // reserved for private use (ICANN, 2024); EC2's, GCE's
		"intranet",  // RFC 6762, appendix G
		"invalid",   // RFC 6761
		"lan",       // RFC 6762, appendix G
		"local",     // cluster.local and its search path; multicast DNS, RFC 6762
		"localdomain",
		"localhost", // RFC 6761
		"private",   // RFC 6762, appendix G
		"svc",       // Kubernetes' services, with a short search path
		"test",      // RFC 6761
	}},
	{"content networks and clouds: names of caches, load balancers and tenants", []string{
		"1e100.net",
		"aaplimg.com",
		"adobedtm.com",
		"akadns.net",
		"akahost.net",
		"akam.net",
		"akamai.net",
		"akamaiedge.net",
		"akamaihd.net",
		"akamaized.net",
		"amazonaws.com",
		"apple-dns.net",
		"awsglobalaccelerator.com",
		"azure.com",
		"azureedge.net",
		"azurefd.net",
		"b-cdn.net",
		"cdn77.org",
		"cloudflare.net",
		"cloudflarestorage.com",
		"cloudfront.net",
		"doubleclick.net",
		"edgecastcdn.net",
		"edgekey.net",
		"edgesuite.net",
		"fastly.net",
		"fastlylb.net",
		"fbcdn.net",
		"footprint.net",
		"ggpht.com",
		"googleapis.com",
		"googlesyndication.com",
		"googleusercontent.com",
		"googlevideo.com",
		"gstatic.com",
		"gvt1.com",
		"gvt2.com",
		"hwcdn.net",
		"llnwd.net",
		"lswcdn.net",
		"msedge.net",
		"nflxvideo.net",
		"nsatc.net",
		"office.com",
		"office.net",
		"sc-cdn.net",
		"sharepoint.com",
		"tiktokcdn.com",
		"trafficmanager.net",
		"windows.net",
		"windowsupdate.com",
	}},
	{"security vendors: digests of files, URLs and senders", []string{
		"abusix.zone",
		"avast.com",
		"avg.com",
		"avira.com",
		"barracudabrts.com",
		"brightcloud.com",
		"cloudmark.com",
		"ctmail.com", // Cyren
		"cymru.com",  // Team Cymru's malware hashes and origin look-ups
		"e5.sk",      // ESET LiveGrid
		"eset.com",
		"fortiguard.com",
		"fortiguard.net",
		"fortinet.net",
		"immunet.com", // Cisco AMP
		"ironport.com",
		"mcafee.com", // Trellix GTI: avqs.mcafee.com
		"senderbase.org",
		"sophosxl.com",
		"sophosxl.net",
		"symantec.com",
		"trendmicro.com",
		"webcfs00.com", // SonicWall
		"webroot.com",
		"zvelo.com",
	}},
	{"mail providers: a name for each customer, of which a mail server meets many", []string{
		"amazonses.com",
		"barracudanetworks.com",
		"googlehosted.com",
		"iphmx.com", // Cisco
		"mailgun.org",
		"messagelabs.com",
		"mimecast.com",
		"onmicrosoft.com",
		"outlook.com",
		"pphosted.com", // Proofpoint
		"sendgrid.net",
	}},
	{"block lists: addresses backwards, domains and digests of mails", []string{
		"abuse.ch",
		"abuseat.org",
		"backscatterer.org",
		"barracudacentral.org",
		"dnsbl.info",
		"dnswl.org",
		"dronebl.org",
		"gbudb.net",
		"ivmsip.com",
		"ivmuri.com",
		"junkemailfilter.com",
		"mailspike.net",
		"msbl.org",
		"nordspam.com",
		"rspamd.com",
		"senderscore.com",
		"sorbs.net",
		"spamcop.net",
		"spameatingmonkey.net",
		"spamhaus.net",
		"spamhaus.org",
		"spamrats.com",
		"support-intelligence.net",
		"surbl.org",
		"surriel.com",
		"uceprotect.net",
		"uribl.com",
	}},
}
