package alert

// DecodeError says why a log record cannot be used as an alert.
type DecodeError struct {
	Attribute string // its name, or the log record's field: timestamp, severity_number
	Reason    string
}

// Error names the attribute and the reason, never the value.
func (e *DecodeError) Error() string {
	return "alert: " + e.Attribute + ": " + e.Reason
}
