package capture

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// ringBlock is a multiple of all page sizes, and holds the longest frame.
	ringBlock = 1 << 20
	// ringDefault is the buffer where none is asked for, ringMost the largest one, in bytes.
	ringDefault, ringMost = 8 << 20, 1 << 30
	// ringFrame has no meaning in blocks of variable frames, but must be plausible.
	ringFrame = 2048
	// ringRetire is how long a packet waits for its block to fill, in milliseconds.
	ringRetire = 50
	// vlanTag is a tag's length in a frame (IEEE 802.1Q), addresses that of the two
	// addresses before it.
	vlanTag, addresses = 4, 12
)

// ring is memory that the kernel writes packets to (TPACKET_V3, from Linux 3.2). A block
// belongs to the kernel or to us, by its status word; we give it back when all its packets
// were used.
type ring struct {
	memory []byte
	blocks int
	block  int    // the current one
	left   uint32 // packets of it that were not given yet
	at     int    // of the next one, in memory
	ours   bool
}

// ringPacket is valid until the next one is asked for.
type ringPacket struct {
	time     int64
	data     []byte
	length   int
	outgoing bool
}

func (r *ring) open(fd, size int) error {
	if size == 0 {
		size = ringDefault
	}
	if size < 0 || size > ringMost {
		return fmt.Errorf("buffer_size: %d bytes is not within 0 and %d", size, ringMost)
	}
	r.blocks = max(2, (size+ringBlock-1)/ringBlock)
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return fmt.Errorf("TPACKET_V3: %w", err)
	}
	// Room before each frame, to put a VLAN tag back where the kernel took it out.
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_RESERVE, vlanTag); err != nil {
		return fmt.Errorf("PACKET_RESERVE: %w", err)
	}
	request := unix.TpacketReq3{
		Block_size: ringBlock, Block_nr: uint32(r.blocks),
		Frame_size: ringFrame, Frame_nr: uint32(r.blocks * (ringBlock / ringFrame)),
		Retire_blk_tov: ringRetire,
	}
	if err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &request); err != nil {
		return fmt.Errorf("buffer_size: a ring of %d MiB: %w", r.blocks, err)
	}
	memory, err := unix.Mmap(fd, 0, r.blocks*ringBlock, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("mapping the ring: %w", err)
	}
	r.memory = memory
	return nil
}

// close gives the memory back. It may be called again.
func (r *ring) close() {
	if r.memory != nil {
		_ = unix.Munmap(r.memory)
		r.memory = nil
	}
}

// next is false where nothing is to be read yet.
func (r *ring) next() (ringPacket, bool) {
	for r.left == 0 {
		if !r.advance() {
			return ringPacket{}, false
		}
	}
	h := (*unix.Tpacket3Hdr)(unsafe.Pointer(&r.memory[r.at]))
	p := ringPacket{
		time:   int64(h.Sec)*int64(time.Second) + int64(h.Nsec),
		length: int(h.Len),
	}
	data := r.at + int(h.Mac)
	end := data + int(h.Snaplen)
	link := (*unix.RawSockaddrLinklayer)(unsafe.Pointer(&r.memory[r.at+unix.SizeofTpacket3Hdr]))
	p.outgoing = link.Pkttype == unix.PACKET_OUTGOING
	if h.Status&unix.TP_STATUS_VLAN_VALID != 0 && h.Snaplen >= addresses {
		data -= vlanTag
		p.length += vlanTag
		retag(r.memory[data:end], h)
	}
	p.data = r.memory[data:end:end]
	r.left--
	r.at += int(h.Next_offset)
	return p, true
}

// advance gives the current block back, if we have it, and takes the next one.
func (r *ring) advance() bool {
	if r.ours {
		atomic.StoreUint32(r.status(), unix.TP_STATUS_KERNEL)
		r.block = (r.block + 1) % r.blocks
		r.ours = false
	}
	if atomic.LoadUint32(r.status())&unix.TP_STATUS_USER == 0 {
		return false
	}
	h := r.header()
	r.ours, r.left = true, h.Num_pkts
	r.at = r.block*ringBlock + int(h.Offset_to_first_pkt)
	return true
}

func (r *ring) header() *unix.TpacketHdrV1 {
	d := (*unix.TpacketBlockDesc)(unsafe.Pointer(&r.memory[r.block*ringBlock]))
	return (*unix.TpacketHdrV1)(unsafe.Pointer(&d.Hdr[0]))
}

func (r *ring) status() *uint32 { return &r.header().Block_status }

// retag moves the addresses to the front of frame, which has room for a tag there, and
// writes behind them what the kernel keeps beside the packet.
func retag(frame []byte, h *unix.Tpacket3Hdr) {
	copy(frame, frame[vlanTag:vlanTag+addresses])
	kind := uint16(unix.ETH_P_8021Q)
	if h.Status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		kind = h.Hv1.Vlan_tpid
	}
	binary.BigEndian.PutUint16(frame[addresses:], kind)
	binary.BigEndian.PutUint16(frame[addresses+2:], uint16(h.Hv1.Vlan_tci))
}
