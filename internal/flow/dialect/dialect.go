// Package dialect reads other products' logs as flow records: Zeek, Suricata,
// Hubble, the NetFlow receiver, AWS VPC flow logs, NetObserv. Each has one file
// with one table, and one line in the registry.
package dialect

import (
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// dialect is one kind of record of one product.
type dialect struct {
	// product is what the configuration and metrics call it: zeek, suricata, …
	product string
	// gives is what a record of this product can know, of all its logs together.
	gives flow.Fields
	// cues are keys of the record, not below it, one of which every record of this
	// kind has. Without one nothing more is asked of it; a dialect without cues is
	// always asked.
	cues []string
	// mine tells by its shape whether a record is of this kind. It is asked of
	// every log record that has a cue: cheap checks first.
	mine func(*view) bool
	// read fills in what the record says, in the direction in which the product
	// tells it, the initiator first where it is known. It answers with a
	// *flow.RecordError where the record is its own but cannot be used.
	read func(*view, *said) error
}

// said is what one log record says: a flow as its product tells it, before it is
// decided which end is the observed container.
type said struct {
	record flow.Record
	// source and destination are whose ends they are, where the record says so.
	source, destination flow.Resource
	// session joins the records of one connection: Zeek's uid, Suricata's flow_id.
	// Empty where there is none.
	session string
	// detail says that this record only describes the session; its counters, if
	// any, are counted by another.
	detail bool
	// silent says that the record is the product's, and no flow: nothing is told
	// of it, and it is no error. What its record.Lost counts is added to the next
	// flow's.
	silent bool
}
