package batch

// mostContainers bounds told; past it every container is told anew.
const mostContainers = 65536

// told is the loss that each container's records have carried so far. Whose the
// lost records were cannot be known, so that every container hears of all.
type told[K comparable] struct {
	heard map[K]int64
	// batch is what was heard before the batch that is being gathered.
	batch map[K]int64
}

// news is the loss that the container has not been told of.
func (t *told[K]) news(container K, total int64) int64 {
	if t.heard == nil || len(t.heard) >= mostContainers {
		t.heard = map[K]int64{}
	}
	if t.batch == nil {
		t.batch = map[K]int64{}
	}
	before := t.heard[container]
	t.batch[container], t.heard[container] = before, total
	return total - before
}

// said ends a batch.
func (t *told[K]) said() { clear(t.batch) }

// unsay takes back what the batch carried: nobody has taken it.
func (t *told[K]) unsay() {
	for container, before := range t.batch {
		t.heard[container] = before
	}
}
