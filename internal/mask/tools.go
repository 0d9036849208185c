package mask

import "strings"

// tool says which short options of a command carry what.
type tool struct {
	secrets  string // their value is a secret, attached (-pX) or next (-p X)
	attached string // a secret only when attached; alone they ask for it
	accounts string // user name with password
	perhaps  string // user name, perhaps with password
	headers  string
	payloads string
	values   string // other options that take a value: a cluster ends there
}

var (
	curl     = tool{secrets: "Eb", accounts: "uU", headers: "H", payloads: "dF", values: "AcCDeKmoPQrtTwxXyYz"}
	mysql    = tool{attached: "p", values: "hPuDe"}
	lowerP   = tool{secrets: "p"}
	archiver = tool{attached: "p", secrets: "P", values: "o"}
	login    = tool{secrets: "p", accounts: "u"}
	ldap     = tool{secrets: "w"}
	samba    = tool{accounts: "U"}
	upperP   = tool{secrets: "P"}
)

// tools are the commands whose short options are known, by base name. "login"
// is the subcommand of docker, podman, skopeo, helm, oc and az.
var tools = map[string]tool{
	"curl": curl, "wget": {}, "lftp": {accounts: "u", values: "pe"},
	"http": {secrets: "a"}, "https": {secrets: "a"}, "login": login,
	"mysql": mysql, "mysqldump": mysql, "mysqladmin": mysql, "mysqlimport": mysql,
	"mariadb": mysql, "mariadb-dump": mysql, "mariadb-admin": mysql, "mysqlsh": mysql,
	"mongo": lowerP, "mongosh": lowerP, "mongodump": lowerP, "mongoexport": lowerP,
	"sshpass": lowerP, "redis-cli": {secrets: "a"}, "openssl": {secrets: "kK"},
	"ldapsearch": ldap, "ldapmodify": ldap, "ldapadd": ldap,
	"smbclient": samba, "rpcclient": samba, "net": samba,
	"ncftp": login, "ncftpput": login, "ncftpget": login,
	"zip": archiver, "unzip": archiver, "7z": archiver, "7za": archiver, "7zr": archiver, "rar": archiver,
	"sqlcmd": upperP, "bcp": upperP, "ipmitool": upperP,
}

// toolOf returns the command that word names.
func toolOf(word string) (tool, bool) {
	base := word[strings.LastIndexByte(word, '/')+1:]
	known, found := tools[base]
	return known, found
}

// shortOption looks through a cluster such as "sSu" or "uuser:pw" for the first
// option whose value needs care; value is what is attached to it.
func (t tool) shortOption(cluster string) (kind optionKind, name, value string) {
	for i := range len(cluster) {
		letter, rest := cluster[i:i+1], cluster[i+1:]
		if kind := t.kindOf(letter, rest); kind != plainOption {
			return kind, cluster[:i+1], rest
		}
		if strings.Contains(t.values, letter) || t.values == "" {
			break
		}
	}
	return plainOption, cluster, ""
}

func (t tool) kindOf(letter, rest string) optionKind {
	switch {
	case strings.Contains(t.secrets, letter), rest != "" && strings.Contains(t.attached, letter):
		return secretOption
	case strings.Contains(t.accounts, letter):
		return accountOption
	case strings.Contains(t.perhaps, letter):
		return perhapsAccount
	case strings.Contains(t.headers, letter):
		return headerOption
	case strings.Contains(t.payloads, letter):
		return payloadOption
	}
	return plainOption
}
