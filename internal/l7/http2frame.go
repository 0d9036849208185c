package l7

import "encoding/binary"

// Frame types and flags (RFC 9113 §6) that matter here.
const (
	frameData         = 0x0
	frameHeaders      = 0x1
	framePriority     = 0x2
	frameReset        = 0x3
	frameSettings     = 0x4
	frameWindow       = 0x8
	framePing         = 0x6
	frameGoAway       = 0x7
	frameContinuation = 0x9

	flagEndStream  = 0x1
	flagEndHeaders = 0x4
	flagPadded     = 0x8
	flagPriority   = 0x20

	frameHeader = 9 // bytes
	// maxFrame is the largest frame without a setting that allows more.
	maxFrame = 16 << 10
	// maxStream keeps arbitrary bytes from passing as a frame.
	maxStream = 1 << 24
)

// frame is one HTTP/2 frame; payload may be cut by the sample, length not.
type frame struct {
	kind, flags byte
	length      uint32
	stream      uint32
	payload     []byte
}

func nextFrame(sample []byte) (f frame, rest []byte, found bool) {
	if len(sample) < frameHeader {
		return frame{}, nil, false
	}
	f.length = binary.BigEndian.Uint32(sample) >> 8
	f.kind, f.flags = sample[3], sample[4]
	f.stream = binary.BigEndian.Uint32(sample[5:]) & 0x7fffffff
	sample = sample[frameHeader:]
	end := min(int(f.length), len(sample))
	f.payload = sample[:end]
	return f, sample[end:], true
}

// isFrames tells HTTP/2 frames without a preface before them. On a flow not
// known as http only a server's first frame counts: SETTINGS with content.
func isFrames(sample []byte, known bool) bool {
	first, rest, found := nextFrame(sample)
	if !found || !first.plausible() {
		return false
	}
	if !known && (first.kind != frameSettings || first.flags != 0 || first.length == 0 || first.length > 6*16) {
		return false
	}
	if uint32(len(first.payload)) < first.length {
		return known
	}
	second, _, found := nextFrame(rest)
	return !found || second.plausible()
}

// plausible checks what RFC 9113 §6 fixes for each type of frame.
func (f frame) plausible() bool {
	if f.length > maxFrame || f.stream >= maxStream {
		return false
	}
	switch f.kind {
	case frameData, frameHeaders, frameContinuation:
		return f.stream != 0
	case framePriority:
		return f.stream != 0 && f.length == 5
	case frameReset:
		return f.stream != 0 && f.length == 4
	case frameSettings:
		return f.stream == 0 && f.length%6 == 0 && (f.flags == 0 || f.flags == 1 && f.length == 0)
	case framePing:
		return f.stream == 0 && f.length == 8
	case frameGoAway:
		return f.stream == 0 && f.length >= 8
	case frameWindow:
		return f.length == 4
	}
	return false
}

// headerBlock is the payload of HEADERS without padding and priority (RFC 9113
// §6.2). Padding that the sample cuts off is not there to be taken off.
func (f frame) headerBlock() []byte {
	block := f.payload
	if f.flags&flagPadded != 0 && len(block) > 0 {
		end := int(f.length) - int(block[0])
		block = block[1:max(1, min(len(block), end))]
	}
	if f.flags&flagPriority != 0 {
		block = block[min(5, len(block)):]
	}
	return block
}
