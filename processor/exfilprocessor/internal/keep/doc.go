// Package keep holds the engine's state in a collector storage: snapshots of what
// was learned, and each incident as soon as there is an alert of it. What it writes
// survives kill -9 at any moment.
package keep
