package alert

// Text is the severity text of OTLP: WARN, ERROR, ERROR3 or FATAL.
func (s Severity) Text() string {
	switch s {
	case Low:
		return "WARN"
	case Medium:
		return "ERROR"
	case High:
		return "ERROR3"
	case Critical:
		return "FATAL"
	default:
		return ""
	}
}

// String is the word a person uses: low, medium, high or critical.
func (s Severity) String() string {
	switch s {
	case Low:
		return "low"
	case Medium:
		return "medium"
	case High:
		return "high"
	case Critical:
		return "critical"
	default:
		return "unknown"
	}
}

func (s Severity) valid() bool { return s.Text() != "" }

func (s Status) valid() bool { return s == Open || s == Update || s == Closed }
