package container

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

var epoch = time.Unix(1_700_000_000, 0)

func numbered(n int) ID { return ID{ContainerID: fmt.Sprintf("%064x", n)} }

func TestTableSharesOneInstance(t *testing.T) {
	tb := newTable(8, time.Minute)
	in, _ := tb.add(1, numbered(1), epoch)
	child, _ := tb.add(2, numbered(1), epoch)
	again, _ := tb.add(1, numbered(1), epoch)
	assert.Same(t, in, child)
	assert.Same(t, in, again)
	assert.Equal(t, 2, in.live)
	assert.Equal(t, 2, in.cgroups)
}

func TestTableLingersThenForgets(t *testing.T) {
	tb := newTable(8, time.Minute)
	in, _ := tb.add(1, numbered(1), epoch)
	tb.remove(1, epoch)
	tb.remove(1, epoch.Add(time.Hour)) // told twice
	tb.remove(99, epoch)               // never known
	assert.Zero(t, in.live)

	tb.expire(epoch.Add(59 * time.Second))
	assert.Len(t, tb.cgroups, 1)
	tb.expire(epoch.Add(time.Minute))
	assert.Empty(t, tb.cgroups)
	assert.Empty(t, tb.instances)
}

func TestTableRevives(t *testing.T) {
	tb := newTable(8, time.Minute)
	in, _ := tb.add(1, numbered(1), epoch)
	tb.remove(1, epoch)
	tb.add(1, numbered(1), epoch)
	assert.Equal(t, 1, in.live)
	tb.expire(epoch.Add(time.Hour))
	assert.Len(t, tb.cgroups, 1)
}

func TestTableReusedID(t *testing.T) {
	tb := newTable(8, time.Minute)
	tb.add(1, numbered(1), epoch)
	tb.add(1, numbered(2), epoch)
	assert.NotContains(t, tb.instances, numbered(1).ContainerID)
	tb.addHost(1, epoch, time.Time{})
	assert.Empty(t, tb.instances)
	assert.Len(t, tb.cgroups, 1)
}

func TestTableDoubtExpires(t *testing.T) {
	tb := newTable(8, time.Minute)
	tb.addHost(1, epoch, time.Time{})
	tb.addHost(2, epoch, epoch.Add(time.Second))
	tb.expire(epoch.Add(time.Second))
	assert.Contains(t, tb.cgroups, uint64(1))
	assert.NotContains(t, tb.cgroups, uint64(2))
}

func TestTableEvictsTheDeadFirst(t *testing.T) {
	tb := newTable(8, time.Minute)
	tb.add(1, numbered(1), epoch)
	tb.addHost(2, epoch, time.Time{})
	for i := 3; i <= 8; i++ {
		tb.add(uint64(i), numbered(i), epoch.Add(time.Second))
	}
	tb.remove(8, epoch)
	tb.remove(7, epoch.Add(time.Second))

	_, evicted := tb.add(9, numbered(9), epoch)
	assert.EqualValues(t, 2, evicted)
	assert.NotContains(t, tb.cgroups, uint64(8))
	assert.NotContains(t, tb.cgroups, uint64(7))

	tb.add(10, numbered(10), epoch)
	tb.add(11, numbered(11), epoch.Add(time.Hour))
	assert.NotContains(t, tb.cgroups, uint64(2), "then the host's")
	assert.NotContains(t, tb.cgroups, uint64(1), "then the longest known")
	assert.Contains(t, tb.cgroups, uint64(11))
}

func TestTableStaysBounded(t *testing.T) {
	tb := newTable(64, time.Minute)
	var evicted int64
	for i := range 10_000 {
		_, n := tb.add(uint64(i), numbered(i), epoch.Add(time.Duration(i)))
		evicted += n
	}
	assert.LessOrEqual(t, len(tb.cgroups), 64)
	assert.LessOrEqual(t, len(tb.instances), 64)
	assert.EqualValues(t, 10_000-len(tb.cgroups), evicted)
}

// A container that makes cgroups, or nested containers, by the thousand forgets
// its own and not its neighbour's, alive or just gone.
func TestTableKeepsTheNeighbours(t *testing.T) {
	tb := newTable(512, time.Minute)
	tb.add(1, numbered(1), epoch)
	tb.add(2, numbered(2), epoch)
	tb.remove(2, epoch)
	for i := range uint64(5000) {
		now := epoch.Add(time.Duration(i))
		tb.add(1000+i, numbered(3), now)
		nested := numbered(100_000 + int(i))
		nested.OuterID = numbered(3).ContainerID
		tb.add(100_000+i, nested, now)
	}
	assert.Contains(t, tb.cgroups, uint64(1))
	assert.Contains(t, tb.cgroups, uint64(2))
	assert.LessOrEqual(t, len(tb.cgroups), 512)
}
