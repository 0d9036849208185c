package attack

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Numbers of include/uapi/linux/io_uring.h.
const (
	opConnect = 16
	opRead    = 22
	opSend    = 26
	opSocket  = 45 // from Linux 5.19

	offSubmission = 0
	offCompletion = 0x8000000
	offEntries    = 0x10000000

	enterGetEvents = 1
)

// sqe is struct io_uring_sqe, as far as these operations use it.
type sqe struct {
	opcode   uint8
	flags    uint8
	ioprio   uint16
	fd       int32
	offset   uint64
	addr     uint64
	len      uint32
	opFlags  uint32
	userData uint64
	_        [3]uint64
}

// cqe is struct io_uring_cqe.
type cqe struct {
	userData uint64
	res      int32
	flags    uint32
}

// offsets is struct io_sqring_offsets; the completion ring's has the same size.
type offsets struct {
	head, tail, mask, entries, flags, dropped, array, _ uint32
	_                                                   uint64
}

type completionOffsets struct {
	head, tail, mask, entries, overflow, cqes, flags, _ uint32
	_                                                   uint64
}

// params is struct io_uring_params.
type params struct {
	sqEntries, cqEntries, flags, _, _ uint32
	features, wqFD                    uint32
	_                                 [3]uint32
	sq                                offsets
	cq                                completionOffsets
}

// ring is one io_uring with one operation in flight at a time.
type ring struct {
	fd                     int
	p                      params
	submission, completion []byte
	entries                []byte
	peer                   unix.RawSockaddrInet4 // here, where it does not move while the kernel reads it
}

func newRing() (*ring, error) {
	r := &ring{}
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&r.p)), 0)
	if errno != 0 {
		return nil, fmt.Errorf("io_uring_setup: the kernel or its filter refuses: %w", errno)
	}
	r.fd = int(fd)
	var err error
	if r.submission, err = r.mmap(offSubmission, r.p.sq.array+4*r.p.sqEntries); err != nil {
		return nil, err
	}
	if r.completion, err = r.mmap(offCompletion, r.p.cq.cqes+uint32(unsafe.Sizeof(cqe{}))*r.p.cqEntries); err != nil {
		return nil, err
	}
	r.entries, err = r.mmap(offEntries, uint32(unsafe.Sizeof(sqe{}))*r.p.sqEntries)
	return r, err
}

func (r *ring) mmap(offset int64, size uint32) ([]byte, error) {
	m, err := unix.Mmap(r.fd, offset, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	if err != nil {
		return nil, fmt.Errorf("map the ring: %w", err)
	}
	return m, nil
}

// do submits one operation, waits for it and gives its result.
func (r *ring) do(name string, e sqe) (int, error) {
	word := func(m []byte, at uint32) *uint32 { return (*uint32)(unsafe.Pointer(&m[at])) }
	tail := atomic.LoadUint32(word(r.submission, r.p.sq.tail))
	slot := tail & *word(r.submission, r.p.sq.mask)
	*(*sqe)(unsafe.Pointer(&r.entries[uintptr(slot)*unsafe.Sizeof(e)])) = e
	*word(r.submission, r.p.sq.array+4*slot) = slot
	atomic.StoreUint32(word(r.submission, r.p.sq.tail), tail+1)

	submit := uintptr(1)
	for {
		head := atomic.LoadUint32(word(r.completion, r.p.cq.head))
		if head != atomic.LoadUint32(word(r.completion, r.p.cq.tail)) {
			at := r.p.cq.cqes + (head&*word(r.completion, r.p.cq.mask))*uint32(unsafe.Sizeof(cqe{}))
			res := (*cqe)(unsafe.Pointer(&r.completion[at])).res
			atomic.StoreUint32(word(r.completion, r.p.cq.head), head+1)
			if res < 0 {
				return 0, fmt.Errorf("io_uring %s: %w", name, unix.Errno(-res))
			}
			return int(res), nil
		}
		_, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), submit, 1, enterGetEvents, 0, 0)
		if errno != 0 && errno != unix.EINTR {
			return 0, fmt.Errorf("io_uring_enter: %w", errno)
		}
		if errno == 0 {
			submit = 0
		}
	}
}

func (r *ring) close() {
	for _, m := range [][]byte{r.submission, r.completion, r.entries} {
		_ = unix.Munmap(m)
	}
	_ = unix.Close(r.fd)
}
