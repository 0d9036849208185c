package reference

import "testing"

func FuzzExportPacket(f *testing.F) {
	f.Add(make([]byte, 24+48))
	f.Add([]byte{0, 5})
	// A template of one field in NetFlow 9, and IPFIX with a set that is too long.
	f.Add(append([]byte{0, 9, 18: 0, 19: 0}, 0, 0, 0, 12, 1, 0, 0, 1, 0, 4, 0, 4, 1, 0, 0, 8, 6, 6, 6, 6))
	f.Add(append([]byte{0, 10, 15: 0}, 0, 2, 255, 255))
	f.Fuzz(func(_ *testing.T, packet []byte) {
		r := exportReader{table: make(Table), templates: make(map[uint16][]field)}
		_ = r.packet(packet)
	})
}
