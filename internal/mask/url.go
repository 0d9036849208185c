package mask

import "strings"

// URL returns url without user information, query and fragment, and with its
// path masked like Path. Text without "://" is returned unchanged.
func URL(url string) string { return maskURL(url, maxNesting) }

// maskURL follows URLs within the path, as proxies and archives have them, to
// that depth.
func maskURL(url string, depth int) string {
	scheme, rest, found := strings.Cut(url, "://")
	if !found {
		return url
	}
	authority, path := rest, ""
	if end := strings.IndexAny(rest, `/?#\`); end >= 0 {
		authority, path = rest[:end], rest[end:]
	}
	if path != "" && path[0] == '\\' {
		path = ""
	}
	if host, valid := hostOf(authority); valid {
		return scheme + "://" + host + maskPath(path, depth)
	}
	// A password with an unescaped "/", "?" or "#" cut the authority short.
	if at := strings.LastIndexByte(rest, '@'); at >= 0 && depth > 0 {
		return maskURL(scheme+"://"+rest[at+1:], depth-1)
	}
	return scheme + "://" + hidden
}

// hostOf drops user information. It is invalid where the port is no number.
func hostOf(authority string) (string, bool) {
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	port := host[strings.LastIndexByte(host, ']')+1:]
	colon := strings.IndexByte(port, ':')
	return host, colon < 0 || isNumber(port[colon+1:])
}

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Path returns a URL path without query, fragment and ";name=value" parameters,
// with the segments hidden that carry a secret: known token forms, and the
// webhook and bot tokens that chat services put into their paths.
func Path(path string) string { return maskPath(path, maxNesting) }

func maskPath(path string, depth int) string {
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	if inner := strings.Index(path, "://"); inner >= 0 && depth > 0 {
		path = maskURL(path, depth-1)
	} else if inner >= 0 {
		path = path[:inner] + "://" + hidden
	}
	if !mayHoldSecret(path) {
		return path
	}
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segments[i] = maskSegment(segment, segments[:i])
	}
	return strings.Join(segments, "/")
}

// mayHoldSecret keeps the common path free of the split and the join.
func mayHoldSecret(path string) bool {
	return strings.ContainsAny(path, ";@:") ||
		strings.Contains(path, "/services/") || strings.Contains(path, "/webhooks/") ||
		tokenStart(path) >= 0
}

func maskSegment(segment string, before []string) string {
	name, parameters, found := strings.Cut(segment, ";")
	if found && strings.Contains(parameters, "=") {
		segment = name
	}
	switch {
	case isBotToken(segment), endsWebhook(before) && segment != "":
		return hidden
	case userInfoEnd(segment) > 0:
		return hidden + segment[userInfoEnd(segment):]
	}
	return Tokens(segment)
}

// isBotToken tells "bot<digits>:<secret>", as Telegram's API has it.
func isBotToken(segment string) bool {
	id, _, found := strings.Cut(segment, ":")
	number, isBot := strings.CutPrefix(id, "bot")
	return found && isBot && number != "" && isNumber(number)
}

// endsWebhook tells whether the next segment is a webhook's secret: the third
// after "services" (Slack), the second after "webhooks" (Discord).
func endsWebhook(before []string) bool {
	n := len(before)
	return n >= 3 && before[n-3] == "services" || n >= 2 && before[n-2] == "webhooks"
}

// userInfoEnd is where "@" ends a "user:password" in word, or 0. Neither
// "user@host:path" nor an image digest ("name:tag@sha256:…") is one.
func userInfoEnd(word string) int {
	first, last := strings.IndexByte(word, '@'), strings.LastIndexByte(word, '@')
	if first <= 0 || !strings.Contains(word[:first], ":") || strings.HasPrefix(word[last:], "@sha256:") {
		return 0
	}
	return last
}
