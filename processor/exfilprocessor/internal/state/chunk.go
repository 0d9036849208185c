package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Version of the form. A chunk of any other one is not read: change it when any
// field that is coded is added, removed or given another meaning.
const Version = 1

// Kind is what a chunk holds.
type Kind uint8

// The kinds. Numbers are part of the form.
const (
	Head      Kind = iota + 1 // which snapshot is whole, and the engine's own state
	Workloads                 // what was learned of workloads
	Pairs                     // what was learned of destinations
	Aliases                   // names that addresses go by
	Suspects                  // findings that are not enough for an incident
	Incident                  // an open incident, or one that closed since the snapshot
	Index                     // which incidents there are
)

// String is the kind's word.
func (k Kind) String() string {
	words := [...]string{Head: "head", Workloads: "workloads", Pairs: "pairs", Aliases: "aliases", Suspects: "suspects", Incident: "incident", Index: "index"}
	if int(k) < len(words) && words[k] != "" {
		return words[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Why a chunk cannot be read.
var (
	ErrForeign   = errors.New("not a chunk of this processor")
	ErrTruncated = errors.New("truncated, or longer than it says")
	ErrDamaged   = errors.New("checksum does not match")
)

// VersionError says that another version of this processor wrote the chunk.
type VersionError struct{ Found uint16 }

// Error names both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("version %d, not %d", e.Found, Version)
}

// The header: magic, version, kind, a zero, generation, length of what follows, and
// the checksum of all but itself.
const (
	magic      = "exfl"
	headerSize = 4 + 2 + 1 + 1 + 8 + 4 + 4
	atVersion  = 4
	atKind     = 6
	atGen      = 8
	atLength   = 16
	atSum      = 20
)

// Chunk is one value in the storage.
type Chunk struct {
	Kind       Kind
	Generation uint64 // of the snapshot it is a part of, else 0
	Payload    []byte
}

// Begin starts a chunk in data, whose payload is to be appended before Seal.
func Begin(data []byte, kind Kind, generation uint64) []byte {
	data = append(data[:0], magic...)
	data = binary.LittleEndian.AppendUint16(data, Version)
	data = append(data, byte(kind), 0)
	data = binary.LittleEndian.AppendUint64(data, generation)
	return append(data, make([]byte, headerSize-atLength)...)
}

// Seal completes what Begin began, in place.
func Seal(data []byte) []byte {
	binary.LittleEndian.PutUint32(data[atLength:], uint32(len(data)-headerSize))
	binary.LittleEndian.PutUint32(data[atSum:], sum(data))
	return data
}

// Sum is the checksum of a sealed chunk.
func Sum(sealed []byte) uint32 { return binary.LittleEndian.Uint32(sealed[atSum:]) }

// Empty says that nothing was appended since Begin.
func Empty(data []byte) bool { return len(data) <= headerSize }

// Open checks a chunk. The payload is part of data.
func Open(data []byte) (Chunk, error) {
	if len(data) < len(magic) || string(data[:len(magic)]) != magic {
		return Chunk{}, ErrForeign
	}
	if len(data) < headerSize {
		return Chunk{}, ErrTruncated
	}
	if v := binary.LittleEndian.Uint16(data[atVersion:]); v != Version {
		return Chunk{}, &VersionError{Found: v}
	}
	if uint64(binary.LittleEndian.Uint32(data[atLength:])) != uint64(len(data)-headerSize) {
		return Chunk{}, ErrTruncated
	}
	if binary.LittleEndian.Uint32(data[atSum:]) != sum(data) {
		return Chunk{}, ErrDamaged
	}
	return Chunk{
		Kind:       Kind(data[atKind]),
		Generation: binary.LittleEndian.Uint64(data[atGen:]),
		Payload:    data[headerSize:],
	}, nil
}

func sum(data []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Checksum(data[:atSum], table), table, data[headerSize:])
}
