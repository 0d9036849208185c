//go:build !linux

package bpf

func missingCapabilities() string { return "Linux" }
