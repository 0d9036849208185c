package flow

// firstEphemeral is where Linux takes the ports of outgoing connections from
// (ip_local_port_range's default).
const firstEphemeral = 32768

// GuessInitiator tells by its ports who opened a flow of which the beginning was not
// seen. Port 0 is none.
func GuessInitiator(source, destination uint16) Initiator {
	switch {
	case source >= firstEphemeral && destination != 0 && destination < firstEphemeral:
		return InitiatorSource
	case destination >= firstEphemeral && source != 0 && source < firstEphemeral:
		return InitiatorDestination
	}
	return InitiatorUnknown
}
