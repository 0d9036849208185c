package l7

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
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
	iv     []byte
}

const (
	quicSample = 16 // bytes of ciphertext that the header's mask comes from
	quicNumber = 4  // bytes of the longest packet number
)

// newInitialKeys derives the client's keys from its first connection id. There
// are none for versions whose salt is not known.
func newInitialKeys(version uint32, destination []byte) (*initialKeys, bool) {
	salt := initialSalt(version)
	if salt == "" {
		return nil, false
	}
	shared, err := hkdf.Extract(sha256.New, destination, []byte(salt))
	if err != nil {
		return nil, false
	}
	labels := "quic "
	if version == quicVersion2 {
		labels = "quicv2 "
	}
	client := expandLabel(shared, "client in", sha256.Size)
	header, err := aes.NewCipher(expandLabel(client, labels+"hp", 16))
	if err != nil {
		return nil, false
	}
	block, err := aes.NewCipher(expandLabel(client, labels+"key", 16))
	if err != nil {
		return nil, false
	}
	packet, err := cipher.NewGCM(block)
	return &initialKeys{header: header, packet: packet, iv: expandLabel(client, labels+"iv", 12)}, err == nil
}

// expandLabel is HKDF-Expand-Label without context (RFC 8446 §7.1). It gives
// nothing where the platform refuses to derive, which no key can be made of.
func expandLabel(secret []byte, label string, length int) []byte {
	info := string([]byte{0, byte(length), byte(len("tls13 ") + len(label))}) + "tls13 " + label + "\x00"
	key, err := hkdf.Expand(sha256.New, secret, info, length)
	if err != nil {
		return nil
	}
	return key
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
	nonce := append(make([]byte, 0, 12), k.iv...)
	for i := range length {
		header[p.number+i] ^= mask[1+i]
		nonce[len(nonce)-length+i] ^= header[p.number+i]
	}
	frames, err := k.packet.Open(nil, nonce, p.bytes[len(header):], header)
	return frames, err == nil
}
