package l7

import (
	"bytes"
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/mask"
)

const (
	maxMethod = 32  // bytes
	maxPath   = 256 // bytes
	maxAgent  = 256 // bytes
)

// knownMethods tell a request whose first line the sample does not end: RFC
// 9110, RFC 5789, WebDAV (RFC 4918, RFC 3253, RFC 5323) and QUERY. With the
// line's end, any method is recognised by the version behind it.
var knownMethods = [...]string{
	"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
	"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT",
	"MKACTIVITY", "CHECKOUT", "MERGE", "SEARCH", "QUERY",
}

// request is one HTTP/1 head as views into the sample: nothing is copied until
// it is known which request is told.
type request struct {
	method, target, version, host, agent []byte
	body                                 body
	whole                                bool // the head's end was seen
}

// parseHTTP1 tells HTTP/1 requests and responses (RFC 9112). Of pipelined
// requests it tells the one with the largest declared body.
func parseHTTP1(in Input) (Message, bool) {
	if in.UDP {
		return Message{}, false
	}
	if version, isResponse := bytes.CutPrefix(in.Payload, []byte("HTTP/1.")); isResponse {
		return parseResponse(version)
	}
	best, rest, found := readRequest(in.Payload)
	if !found {
		return Message{cut: beginsRequest(in.Payload)}, false
	}
	current, more, cut := best, 0, !best.whole
	for !cut {
		next, goesOn := current.body.skip(rest)
		if !goesOn {
			break
		}
		if current, rest, found = readRequest(next); !found {
			cut = beginsRequest(next)
			break
		}
		more, cut = more+1, !current.whole
		if current.body.outweighs(&best.body) {
			best = current
		}
	}
	message := best.message()
	message.HTTP.More, message.cut = more, cut
	return message, true
}

// beginsRequest tells a sample that ends within a request line whose method is
// none of the known: a token, or one and text after it; or before one, within
// empty lines.
func beginsRequest(sample []byte) bool {
	begun := bytes.TrimLeft(sample, "\r\n")
	if len(begun) == 0 {
		return len(sample) > 0
	}
	sample = bytes.TrimSuffix(begun, []byte("\r"))
	method, target, found := bytes.Cut(sample[:min(len(sample), maxMethod+1)], []byte(" "))
	if len(method) > maxMethod || !isToken(method) {
		return false
	}
	return !found || len(sample) < maxBegun && !bytes.ContainsFunc(target, notPrinted) && bytes.IndexByte(sample, '\n') < 0
}

func notPrinted(r rune) bool { return r < ' ' || r > '~' }

// maxBegun is how long a request line may be that is waited for although its
// method is not known, in bytes: text of any kind looks like one.
const maxBegun = 512

// parseResponse tells a status line behind "HTTP/1.". After "101 … Upgrade:
// h2c" (RFC 7540 §3.2) the flow speaks HTTP/2.
func parseResponse(rest []byte) (Message, bool) {
	if len(rest) < 2 || rest[0] < '0' || rest[0] > '9' || rest[1] != ' ' {
		return Message{}, false
	}
	message := Message{Protocol: "http", Version: "1." + string(rest[:1])}
	status := rest[2:min(len(rest), 5)]
	if !bytes.HasPrefix([]byte("101"), status) {
		return message, true
	}
	_, whole := eachHeader(rest, func(name, value []byte) {
		if isName(name, "upgrade") && bytes.EqualFold(value, []byte("h2c")) {
			message.Version = "2"
		}
	})
	message.cut = !whole
	return message, true
}

// readRequest reads one head. Rest is what follows it; it is empty where the
// sample ends within the head.
func readRequest(sample []byte) (r request, rest []byte, found bool) {
	sample = bytes.TrimLeft(sample, "\r\n") // RFC 9112 §2.2
	line, rest, ended := nextLine(sample)
	if !r.readLine(line, ended) {
		return request{}, nil, false
	}
	rest, r.whole = eachHeader(rest, func(name, value []byte) {
		switch {
		case isName(name, "host") && r.host == nil:
			r.host = value
		case isName(name, "user-agent"):
			r.agent = value
		case isName(name, "content-length"):
			r.body.declare(string(value))
		case isName(name, "transfer-encoding"):
			r.body.transferEncoding(string(value))
		}
	})
	return r, rest, true
}

// readLine reads "METHOD target HTTP/1.x". A line that the sample cuts is
// believed where the method is known and the target begins like one.
func (r *request) readLine(line []byte, ended bool) bool {
	method, rest, found := bytes.Cut(line, []byte(" "))
	if !found || len(method) > maxMethod || !isToken(method) {
		return false
	}
	r.method = method
	rest = bytes.Trim(rest, " \t")
	space := bytes.LastIndexByte(rest, ' ')
	if space >= 0 && isVersion(rest[space+1:]) {
		r.target, r.version = bytes.TrimRight(rest[:space], " "), rest[space+len(" HTTP/"):]
		return true
	}
	if r.target, _, _ = bytes.Cut(rest, []byte(" ")); ended {
		return false
	}
	return isKnownMethod(method) && r.beginsTarget()
}

func isVersion(word []byte) bool {
	return len(word) == len("HTTP/1.1") && bytes.HasPrefix(word, []byte("HTTP/1.")) && word[7] >= '0' && word[7] <= '9'
}

func isKnownMethod(method []byte) bool {
	for _, known := range knownMethods {
		if string(method) == known {
			return true
		}
	}
	return false
}

// beginsTarget tells the start of a target that the sample cuts. An authority
// without its end is forgotten: it may be user information.
func (r *request) beginsTarget() bool {
	_, rest, absolute := bytes.Cut(r.target, []byte("://"))
	if absolute && !bytes.ContainsAny(rest, "/?#") {
		r.target = nil
	}
	return absolute || bytes.HasPrefix(r.target, []byte("/"))
}

// isToken tells a method's characters (RFC 9110 §5.6.2), letters and dashes.
func isToken(word []byte) bool {
	for _, c := range word {
		if (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' {
			return false
		}
	}
	return len(word) > 0
}

// isName compares a field name without regard to case; want is lower case.
func isName(name []byte, want string) bool {
	return len(name) == len(want) && strings.EqualFold(string(name), want)
}

// eachHeader calls visit for every whole header line and returns what follows
// the head. A line that the sample cuts is not visited; whole says that the
// empty line at the head's end was seen.
func eachHeader(sample []byte, visit func(name, value []byte)) (rest []byte, whole bool) {
	for {
		line, rest, ended := nextLine(sample)
		if !ended || len(line) == 0 {
			return rest, ended
		}
		if name, value, found := bytes.Cut(line, []byte(":")); found {
			visit(bytes.TrimRight(name, " \t"), bytes.TrimSpace(value))
		}
		sample = rest
	}
}

func (r *request) message() Message {
	authority, path := splitTarget(r.method, r.target)
	if authority == nil {
		authority = r.host
	}
	m := Message{Protocol: "http", Version: string(r.version), Server: hostName(authority)}
	m.HTTP = HTTPRequest{
		Method:    strings.ToUpper(string(r.method)),
		Path:      cleanPath(path),
		UserAgent: cleanAgent(r.agent),
		BodySize:  r.body.length(),
		Chunked:   r.body.chunked,
	}
	return m
}

// splitTarget takes a request target apart (RFC 9112 §3.2): origin form,
// absolute form, whose authority overrides Host, CONNECT's authority, and "*".
func splitTarget(method, target []byte) (authority, path []byte) {
	if string(method) == "CONNECT" {
		return target, nil
	}
	if scheme, rest, found := bytes.Cut(target, []byte("://")); found && isToken(scheme) {
		end := bytes.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		return rest[:end], rest[end:]
	}
	return nil, target
}

// cleanPath masks before it cuts, so that no half of a secret stays.
func cleanPath[T ~string | ~[]byte](path T) string {
	return mask.Printable(mask.Path(string(path[:min(len(path), 4*maxPath)])), maxPath)
}

func cleanAgent[T ~string | ~[]byte](agent T) string {
	return mask.Printable(mask.Tokens(string(agent[:min(len(agent), 4*maxAgent)])), maxAgent)
}
