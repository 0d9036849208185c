package flow

import "strings"

// Fields is a set of what a source of records can know: a rule that needs a
// field which its source never gives stays silent, and that is counted.
type Fields uint16

// The fields on which rules depend.
const (
	FieldBytes        Fields = 1 << iota // what was sent
	FieldReverseBytes                    // what came back
	FieldPackets
	FieldInitiator // who opened it
	FieldProtocol  // the application protocol, by content
	FieldServer    // SNI, Host or a looked-up name
	FieldHTTP      // method, path, declared size
	FieldFTP       // control commands
	FieldTLS       // what a ClientHello says
	FieldDNS       // questions
	FieldEntropy
	FieldProcess

	fieldsEnd
)

// AllFields is what the eBPF receiver gives.
const AllFields = fieldsEnd - 1

var fieldNames = [...]string{"bytes", "reverse_bytes", "packets", "initiator", "protocol",
	"server", "http", "ftp", "tls", "dns", "entropy", "process"}

// Lacks are those of need that f has not.
func (f Fields) Lacks(need Fields) Fields { return need &^ f }

// String lists the names, joined by commas.
func (f Fields) String() string {
	var names []string
	for i, name := range fieldNames {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}
