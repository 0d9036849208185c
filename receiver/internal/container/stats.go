package container

// Stats is what a Resolver holds, and what it did since it was made.
type Stats struct {
	Cgroups    int // remembered now
	Containers int // remembered now, gone ones that linger included

	Evicted    int64 // cgroups forgotten early because the table was full
	Lookups    int64 // unknown ids asked of the kernel
	Unresolved int64 // of these, without an answer: taken for the host's
	Scans      int64 // walks of the hierarchy
	Spoofed    int64 // nested cgroups that claimed another container's id
	Named      int64 // searches that found names
	Unnamed    int64 // searches that ended without
	Deferred   int64 // searches put off because too many were under way
}

// Stats returns the counts of this moment.
func (r *Resolver) Stats() Stats {
	r.mu.RLock()
	defer r.mu.RUnlock()
	s := r.stats
	s.Cgroups, s.Containers = len(r.table.cgroups), len(r.table.instances)
	return s
}
