// Package container turns a cgroup into the container that owns it: its id and
// pod from the cgroup's path, its name and image from the container runtime.
// The receivers share it.
package container
