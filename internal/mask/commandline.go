package mask

import "strings"

const (
	// MaxCommandLine bounds what CommandLine returns, in bytes.
	MaxCommandLine = 1024
	// maxArgument bounds what is read of one argument, in bytes.
	maxArgument = 4096
)

// unknownTool stands for a command without an entry, or one under another
// name: -u and -H are most often curl's.
var unknownTool = tool{perhaps: "uU", headers: "H"}

// CommandLine joins args with spaces and hides what is secret in them:
// passwords, tokens, headers that authorise, data given to send, and user
// information and queries of URLs. Host names, paths and file names stay. The
// result is at most MaxCommandLine bytes.
//
// Where args were cut by a length limit, leave the last, partial one out: half
// a URL does not show that it begins with a password.
func CommandLine(args []string) string {
	m := masker{tool: unknownTool}
	m.words(args)
	return Printable(strings.TrimSpace(m.out.String()), MaxCommandLine)
}

// masker goes through the words of a command line from left to right.
type masker struct {
	out  strings.Builder
	tool tool
	next optionKind
	// after is for the word behind the next one: "user name password".
	after optionKind
	// script says that the next word is one: it follows -c.
	script bool
	depth  int
}

func (m *masker) words(words []string) {
	for _, word := range words {
		if m.out.Len() > MaxCommandLine {
			return
		}
		m.write(m.word(bounded(word)))
	}
}

func (m *masker) write(word string) {
	if m.out.Len() > 0 {
		m.out.WriteByte(' ')
	}
	m.out.WriteString(word)
}

// bounded cuts an overlong argument before the word that the limit splits.
func bounded(word string) string {
	if len(word) <= maxArgument {
		return word
	}
	space := strings.LastIndexAny(word[:maxArgument], " \t\n")
	if space < 0 {
		return hidden
	}
	return word[:space]
}

func (m *masker) word(word string) string {
	kind, script := m.next, m.script
	m.next, m.after, m.script = m.after, plainOption, false
	switch {
	case isSeparator(word):
		m.tool, m.next = unknownTool, plainOption
		return word
	case kind == secretOption && isScheme(word):
		m.next = secretOption
		return word
	case kind != plainOption && len(word) > 1 && word[0] == '-':
		m.option(word) // perhaps the option before took no value
		return hidden
	case kind != plainOption:
		return m.value(kind, word)
	case script && strings.ContainsAny(word, " \t\n"):
		return m.nested(word)
	case len(word) > 1 && word[0] == '-':
		return m.option(word)
	}
	m.enter(word)
	return m.operand(word)
}

// enter notes which command the options behind word belong to.
func (m *masker) enter(word string) {
	if known, found := toolOf(word); found {
		m.tool = known
	}
}

// nested masks the words of a script as a command line of its own.
func (m *masker) nested(script string) string {
	if m.depth >= maxNesting {
		return hidden
	}
	inner := masker{tool: m.tool, depth: m.depth + 1}
	inner.words(split(script))
	return inner.out.String()
}

func (m *masker) option(word string) string {
	name, value, assigned := strings.Cut(word, "=")
	if strings.HasPrefix(word, "--") {
		kind := longKind(name)
		switch {
		case assigned && kind == plainOption:
			return name + "=" + m.operand(value)
		case assigned:
			return name + "=" + m.value(kind, value)
		}
		m.next = kind
		return Tokens(word)
	}
	return m.short(word, name, assigned)
}

func (m *masker) short(word, name string, assigned bool) string {
	kind, flag, value := m.tool.shortOption(word[1:])
	switch {
	case kind != plainOption && value != "":
		return "-" + flag + m.value(kind, value)
	case kind != plainOption:
		m.next = kind
		return word
	case len(name) > 2 && assigned && isSecretName(name):
		return name + "=" + hidden
	case len(name) > 2 && !assigned && (isSecretName(name) || strings.HasPrefix(name, "-pass")):
		m.next = secretOption
	case word == "-u" || word == "-U":
		m.next = perhapsAccount
	}
	m.script = strings.HasSuffix(word, "c")
	return m.operand(word)
}

// value masks what belongs to an option of that kind.
func (m *masker) value(kind optionKind, value string) string {
	switch kind {
	case headerOption:
		return m.header(value)
	case accountOption:
		if strings.Contains(value, "://") {
			return m.operand(value)
		}
	case perhapsAccount:
		if strings.Contains(value, "://") || !hasPassword(value) {
			return m.operand(value)
		}
	case payloadOption:
		return payload(value)
	}
	return hidden
}

func hasPassword(account string) bool { return strings.ContainsAny(account, ":,%") }

// operand masks a word that no option announced.
func (m *masker) operand(word string) string {
	if strings.ContainsAny(word, " \t\n") && !isAssignment(word) {
		return m.nested(word)
	}
	if strings.Contains(word, "://") {
		word = URL(word)
	} else if end := userInfoEnd(word); end > 0 {
		word = hidden + word[end:]
	}
	return Tokens(m.fields(word))
}

// fields masks from the first NAME=value or name:value on whose name is
// secret, and notes words after which a secret comes.
func (m *masker) fields(word string) string {
	for i := range len(word) {
		if word[i] != '=' && word[i] != ':' || !isSecretName(lastName(word[:i])) {
			continue
		}
		if strings.Trim(word[i+1:], "\"'") == "" {
			m.next = secretOption
			return word
		}
		if strings.HasSuffix(word, ",") { // auth=('user', 'password')
			m.next = secretOption
		}
		return word[:i+1] + hidden
	}
	m.announce(word)
	return word
}

// announce notes words after which a secret comes without any option: in HTTP,
// in "aws configure set aws_secret_access_key …" and in an FTP client's script.
func (m *masker) announce(word string) {
	switch {
	case isScheme(word), strings.Contains(word, "_") && isSecretName(word):
		m.next = secretOption
	case m.depth > 0 && (strings.EqualFold(word, "pass") || strings.EqualFold(word, "acct")):
		m.next = secretOption
	case m.depth > 0 && strings.EqualFold(word, "user"):
		m.next, m.after = secretOption, secretOption
	}
}

// lastName is the name that s ends with, quotes included.
func lastName(s string) string {
	s = s[max(0, len(s)-maxName):]
	return s[strings.LastIndexAny(s, "&?,;/{[( \t")+1:]
}

// isScheme tells the word between "Authorization:" and the credential.
func isScheme(word string) bool {
	return strings.EqualFold(word, "bearer") || strings.EqualFold(word, "basic") || strings.EqualFold(word, "digest")
}

// isAssignment tells NAME=value whose name is secret, however many words the
// value has.
func isAssignment(word string) bool {
	name, _, found := strings.Cut(word, "=")
	return found && !strings.ContainsAny(name, " \t\n") && isSecretName(name)
}

// header masks the value of an HTTP header line that authorises.
func (m *masker) header(line string) string {
	name, _, found := strings.Cut(line, ":")
	switch {
	case !found:
		return hidden
	case isSecretName(name):
		return name + ": " + hidden
	}
	return Tokens(m.fields(URL(line)))
}

// payload keeps which file is sent ("@file", "name=@file") and
// hides data given in place.
func payload(value string) string {
	file, _, _ := strings.Cut(value, ";") // curl's ";type=…"
	name, file, found := strings.Cut(file, "@")
	field, isForm := strings.CutSuffix(name, "=")
	isFile := found && !strings.ContainsAny(file, " \t\n&=") && !strings.ContainsAny(field, " \t\n&=")
	if !isFile || name != "" && !isForm || isSecretName(field) {
		return hidden
	}
	return Tokens(name + "@" + file)
}
