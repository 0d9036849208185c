// Package e2e runs real containers that send through a real kernel under a real
// collector, and holds what comes out against what was sent. Its tests have the
// build tag e2e and need root; make e2e runs them.
package e2e
