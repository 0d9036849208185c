package recording

import (
	"bytes"
	"errors"

	"github.com/klauspost/compress/zstd"
	"go.opentelemetry.io/collector/pdata/plog"
)

// decoder decodes one message at a time.
type decoder struct {
	limit    int // of a message, in bytes
	json     plog.JSONUnmarshaler
	proto    plog.ProtoUnmarshaler
	zstd     *zstd.Decoder // made when first needed
	unpacked []byte
}

// decode reads a message as it is: the file exporter compresses each one by
// itself where its compression is zstd.
func (d *decoder) decode(m *message) (Batch, *problem) {
	logs, err := d.logs(m.data)
	switch {
	case err == nil:
		return newBatch(logs), nil
	case errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return Batch{}, &problem{TooLong, err}
	case m.unended:
		return Batch{}, &problem{Truncated, err}
	}
	return Batch{}, &problem{NotOTLP, err}
}

func (d *decoder) logs(data []byte) (plog.Logs, error) {
	if bytes.HasPrefix(data, zstdMagic) {
		var err error
		if data, err = d.unpack(data); err != nil {
			return plog.Logs{}, err
		}
	}
	if bytes.HasPrefix(data, []byte("{")) {
		return d.json.UnmarshalLogs(data)
	}
	if len(data) >= deepFrom && tooDeep(data) {
		return plog.Logs{}, errDeep
	}
	return d.proto.UnmarshalLogs(data)
}

func (d *decoder) unpack(data []byte) (_ []byte, err error) {
	if d.zstd == nil {
		d.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(d.limit)))
		if err != nil {
			return nil, err
		}
	}
	d.unpacked, err = d.zstd.DecodeAll(data, reuse(d.unpacked))
	return d.unpacked, err
}

func (d *decoder) close() {
	if d.zstd != nil {
		d.zstd.Close()
	}
}

// reuse is a buffer's memory, unless it grew large.
func reuse(buf []byte) []byte {
	if cap(buf) > maxKept {
		return nil
	}
	return buf[:0]
}

func newBatch(logs plog.Logs) Batch {
	b := Batch{Logs: logs}
	for _, rl := range logs.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			b.count(sl.LogRecords())
		}
	}
	return b
}

func (b *Batch) count(records plog.LogRecordSlice) {
	b.Records += records.Len()
	for _, lr := range records.All() {
		at := int64(lr.Timestamp())
		if at <= 0 { // none, or after 2262
			continue
		}
		if b.First == 0 || at < b.First {
			b.First = at
		}
		b.Last = max(b.Last, at)
	}
}
