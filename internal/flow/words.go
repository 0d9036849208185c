package flow

// String is the word of flow.initiator.
func (i Initiator) String() string {
	switch i {
	case InitiatorSource:
		return "source"
	case InitiatorDestination:
		return "destination"
	default:
		return "unknown"
	}
}

// ParseInitiator reads the word of flow.initiator; false for any other.
func ParseInitiator(word string) (Initiator, bool) {
	switch word {
	case "source":
		return InitiatorSource, true
	case "destination":
		return InitiatorDestination, true
	default:
		return InitiatorUnknown, false
	}
}

// String is IPFIX's word for the reason.
func (r EndReason) String() string {
	switch r {
	case EndIdleTimeout:
		return "idle_timeout"
	case EndActiveTimeout:
		return "active_timeout"
	case EndOfFlow:
		return "end_of_flow"
	case EndForced:
		return "forced_end"
	case EndLackOfResources:
		return "lack_of_resources"
	default:
		return "unknown"
	}
}

// ParseEndReason reads the word of flow.end_reason; false for any other.
func ParseEndReason(word string) (EndReason, bool) {
	switch word {
	case "idle_timeout":
		return EndIdleTimeout, true
	case "active_timeout":
		return EndActiveTimeout, true
	case "end_of_flow":
		return EndOfFlow, true
	case "forced_end":
		return EndForced, true
	case "lack_of_resources":
		return EndLackOfResources, true
	default:
		return EndUnknown, false
	}
}
