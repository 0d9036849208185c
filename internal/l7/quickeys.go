package l7

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
)

// initialSalt turns a connection id into keys that anyone on the path can have
// (RFC 9001 §5.2, RFC 9369 §3.3.1); drafts 29 to 32 have one of their own.
func initialSalt(version uint32) string {
	switch {
	case version == quicVersion2:
		return "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9"
	case version == 1 || isQUICDraft(version) && version&0xff >= 33:
		return "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a"
	case isQUICDraft(version) && version&0xff >= 29:
		return "\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99"
	}
	return ""
}

// initialKeys take the protection off a client's Initial packets.
type initialKeys struct {
	header cipher.Block
	packet cipher.AEAD
	iv     [12]byte
}

const (
	quicSample = 16 // bytes of ciphertext that the header's mask comes from
	quicNumber = 4  // bytes of the longest packet number
)

// newInitialKeys derives the client's keys from its first connection id. There
// are none for versions whose salt is not known.
func newInitialKeys(version uint32, destination []byte) (*initialKeys, bool) {
	salt := initialSalt(version)
	if salt == "" || len(destination) > maxConnectionID {
		return nil, false
	}
	labels := [...]string{"quic hp", "quic key", "quic iv"}
	if version == quicVersion2 {
		labels = [...]string{"quicv2 hp", "quicv2 key", "quicv2 iv"}
	}
	shared := mac([]byte(salt), destination) // HKDF-Extract
	client := expandLabel(shared, "client in", sha256.Size)
	hp, key, iv := expandLabel(client, labels[0], 16), expandLabel(client, labels[1], 16), expandLabel(client, labels[2], 12)
	header, err := aes.NewCipher(hp[:16])
	if err != nil {
		return nil, false
	}
	block, err := aes.NewCipher(key[:16])
	if err != nil {
		return nil, false
	}
	packet, err := cipher.NewGCM(block)
	return &initialKeys{header: header, packet: packet, iv: [12]byte(iv[:])}, err == nil
}

// maxMAC is the longest text of a MAC, in bytes: a label in its frame.
const maxMAC = 32

// mac is HMAC-SHA-256 (RFC 2104) of a short text, with a key that fits a block.
// Deriving the keys of a flow takes five, and hmac.New allocates in each.
func mac(key, text []byte) [sha256.Size]byte {
	var inner [sha256.BlockSize + maxMAC]byte
	var outer [sha256.BlockSize + sha256.Size]byte
	copy(inner[:sha256.BlockSize], key)
	copy(outer[:sha256.BlockSize], key)
	for i := range sha256.BlockSize {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	n := copy(inner[sha256.BlockSize:], text)
	sum := sha256.Sum256(inner[:sha256.BlockSize+n])
	copy(outer[sha256.BlockSize:], sum[:])
	return sha256.Sum256(outer[:])
}

// expandLabel is HKDF-Expand-Label without context (RFC 8446 §7.1), the first
// block of it: of its bytes the first, as many as length, are the key.
func expandLabel(secret [sha256.Size]byte, label string, length byte) [sha256.Size]byte {
	const prefix = "tls13 "
	var room [maxMAC]byte
	info := append(room[:0], 0, length, byte(len(prefix)+len(label)))
	info = append(append(info, prefix...), label...)
	return mac(secret[:], append(info, 0, 1))
}

// open returns the frames of an Initial packet, or nothing where the packet is
// not one of this client's (RFC 9001 §5.3, §5.4).
func (k *initialKeys) open(p *quicPacket) ([]byte, bool) {
	if len(p.bytes) < p.number+quicNumber+quicSample {
		return nil, false
	}
	var mask [aes.BlockSize]byte
	k.header.Encrypt(mask[:], p.bytes[p.number+quicNumber:][:quicSample])
	header := append(make([]byte, 0, p.number+quicNumber), p.bytes[:p.number+quicNumber]...)
	header[0] ^= mask[0] & 0xf
	length := int(header[0]&3) + 1
	header = header[:p.number+length]
	nonce := k.iv
	for i := range length {
		header[p.number+i] ^= mask[1+i]
		nonce[len(nonce)-length+i] ^= header[p.number+i]
	}
	frames, err := k.packet.Open(nil, nonce[:], p.bytes[len(header):], header)
	return frames, err == nil
}
