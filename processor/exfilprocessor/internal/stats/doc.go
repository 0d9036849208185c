// Package stats holds what the engine learns about a destination: streaming
// statistics of a few bytes each, without pointers, so that a million of them
// cost the garbage collector nothing.
package stats
