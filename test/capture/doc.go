// Package capture records the lab's traffic and reads it with the collector that
// make build made and with other people's programs: tshark, Suricata and softflowd.
// What they say must agree, or differ for a known reason. Its tests have the build
// tag capture and need root; make capture runs them.
package capture
