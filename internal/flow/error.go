package flow

// RecordError says why a log record cannot be used as a flow record.
type RecordError struct {
	Attribute string // its name, or "timestamp"
	Reason    string
}

// Error names the attribute and the reason, never the value: it is the
// sender's.
func (e *RecordError) Error() string {
	return "flow record: " + e.Attribute + ": " + e.Reason
}
