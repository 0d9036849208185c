// Package state is the binary form of what outlives the collector: chunks that say
// what they hold, in which version, and whether they are whole. README.md describes
// it.
package state
