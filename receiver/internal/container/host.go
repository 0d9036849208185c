package container

// IsHost says that a cgroup is known to belong to no container, for good: its
// path has been read.
func (r *Resolver) IsHost(cgroupID uint64) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	cg, ok := r.table.cgroups[cgroupID]
	return ok && cg.owner == nil && cg.retry.IsZero()
}
