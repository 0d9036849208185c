package tracker

// mostContainers bounds told; past it every container is told anew.
const mostContainers = 65536

// told is the loss that each container's records have carried so far. Whose the
// lost records were cannot be known, so that every container hears of all.
type told struct {
	heard map[string]int64
	// batch is what was heard before the batch that is being gathered.
	batch map[string]int64
}

// news is the loss that the container has not been told of.
func (t *told) news(containerID string, total int64) int64 {
	if t.heard == nil || len(t.heard) >= mostContainers {
		t.heard = map[string]int64{}
	}
	if t.batch == nil {
		t.batch = map[string]int64{}
	}
	before := t.heard[containerID]
	t.batch[containerID], t.heard[containerID] = before, total
	return total - before
}

// said ends a batch.
func (t *told) said() { clear(t.batch) }

// unsay takes back what the batch carried: nobody has taken it.
func (t *told) unsay() {
	for containerID, before := range t.batch {
		t.heard[containerID] = before
	}
}
