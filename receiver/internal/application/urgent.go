package application

import (
	"slices"

	"github.com/otelcol-exfil/otelcol-exfil/internal/l7"
)

// urgentBody is the size from which a request or a mail is told of at once rather
// than with its flow's next report.
const urgentBody = 64 << 10

// Urgent says that a message cannot wait for the flow's next report: an upload
// that announces itself, and every DNS question.
func Urgent(m *l7.Message) bool {
	return m.HTTP.BodySize >= urgentBody ||
		m.HTTP.Chunked ||
		m.SMTP.Size >= urgentBody ||
		m.FTP.Secured || slices.ContainsFunc(m.FTP.Commands, isStore) ||
		IsQuestion(m)
}

// IsQuestion says that a DNS question was asked: worth telling even of a resolver
// on a loopback address, which asks others from outside the container.
func IsQuestion(m *l7.Message) bool { return m.DNS.QuestionName != "" && !m.DNS.Response }

// isStore is FTP's three ways to upload (RFC 959 4.1.3).
func isStore(command string) bool {
	switch command {
	case "STOR", "STOU", "APPE":
		return true
	}
	return false
}
