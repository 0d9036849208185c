package recording

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorded is a recording of 19 requests, 21 records.
const recorded = "../../../cmd/exfil-lab/testdata/flows.jsonl"

// small is a limit that tests can pass.
const small = 2 << 20

func readAll(t testing.TB, inputs ...Input) (*Stats, []string) {
	var out []string
	stats, err := read(context.Background(), inputs, small, func(b *Batch) error {
		text, err := (&plog.JSONMarshaler{}).MarshalLogs(b.Logs)
		out = append(out, string(text))
		return err
	})
	require.NoError(t, err)
	return stats, out
}

func flows(t testing.TB) []byte {
	data, err := os.ReadFile(recorded)
	require.NoError(t, err)
	return data
}

// messages are the recording's requests, as each form stores them.
func messages(t testing.TB, encode func(plog.Logs) []byte) [][]byte {
	var list [][]byte
	for line := range bytes.Lines(flows(t)) {
		logs, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(line)
		require.NoError(t, err)
		list = append(list, encode(logs))
	}
	return list
}

func asJSON(logs plog.Logs) []byte {
	data, _ := (&plog.JSONMarshaler{}).MarshalLogs(logs)
	return data
}

func asProto(logs plog.Logs) []byte {
	data, _ := (&plog.ProtoMarshaler{}).MarshalLogs(logs)
	return data
}

func framed(list [][]byte) []byte {
	var out []byte
	for _, m := range list {
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(m))), m...)
	}
	return out
}

func lined(list [][]byte) []byte { return append(bytes.Join(list, []byte("\n")), '\n') }

func zipped(data []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(data)
	_ = w.Close()
	return out.Bytes()
}

// squeezed is one zstd frame.
func squeezed(data []byte) []byte {
	w, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	defer w.Close()
	return w.EncodeAll(data, nil)
}

func each(list [][]byte, f func([]byte) []byte) [][]byte {
	var out [][]byte
	for _, m := range list {
		out = append(out, f(m))
	}
	return out
}

// forms are what the file exporter writes, and the same compressed as a whole.
func forms(t testing.TB) map[string][]byte {
	jsons, protos := messages(t, asJSON), messages(t, asProto)
	return map[string][]byte{
		"json":                   lined(jsons),
		"json without last end":  bytes.TrimSpace(lined(jsons)),
		"json, CRLF, blank":      bytes.ReplaceAll(lined(jsons), []byte("\n"), []byte("\r\n\n \n")),
		"json, .gz":              zipped(lined(jsons)),
		"json, two .gz joined":   append(zipped(lined(jsons[:9])), zipped(lined(jsons[9:]))...),
		"json, .zst":             squeezed(lined(jsons)),
		"json, .zst by record":   bytes.Join(each(jsons, func(m []byte) []byte { return squeezed(append(m, '\n')) }), nil),
		"json, compression zstd": framed(each(jsons, squeezed)),
		"proto":                  framed(protos),
		"proto, .gz":             zipped(framed(protos)),
		"proto, .zst":            squeezed(framed(protos)),
		"proto, zstd":            framed(each(protos, squeezed)),
	}
}

func TestForms(t *testing.T) {
	_, want := readAll(t, Stream("flows", bytes.NewReader(flows(t))))
	require.Len(t, want, 19)
	for name, data := range forms(t) {
		t.Run(name, func(t *testing.T) {
			stats, got := readAll(t, Stream("x", iotest.HalfReader(bytes.NewReader(data))))
			require.Equal(t, want, got)
			require.Empty(t, stats.Rejected())
			require.Equal(t, int64(len(data)), stats.Bytes)
			require.Equal(t, int64(19), stats.Messages)
			require.Equal(t, int64(21), stats.Records)
			require.Equal(t, int64(1795446467503346147), stats.First)
			require.Greater(t, stats.Last, stats.First)
		})
	}
}

// A recording cut anywhere gives what was whole, and says what was not.
func TestTruncated(t *testing.T) {
	for name, data := range forms(t) {
		t.Run(name, func(t *testing.T) {
			for cut := 1; cut < len(data); cut += 997 {
				stats, got := readAll(t, Stream("x", bytes.NewReader(data[:cut])))
				require.Less(t, len(got), 20)
				var rejected int64
				for _, r := range stats.Rejected() {
					rejected += r.Count
					require.Contains(t, []Reason{Truncated, Damaged}, r.Reason, "cut at %d: %v", cut, r.Err)
				}
				require.LessOrEqual(t, rejected, int64(1))
			}
		})
	}
}

// No beginning of a request is taken for a request.
func TestCutOffLine(t *testing.T) {
	line, _, _ := bytes.Cut(flows(t), []byte("\n"))
	for cut := 1; cut < len(line); cut += 7 {
		stats, got := readAll(t, Stream("x", bytes.NewReader(line[:cut])))
		require.Empty(t, got, "cut at %d", cut)
		require.Len(t, stats.Rejected(), 1)
		require.Equal(t, Truncated, stats.Rejected()[0].Reason)
		require.Equal(t, "x:1", stats.Rejected()[0].First.String())
	}
}

func TestHostile(t *testing.T) {
	good := asJSON(logs("good"))
	for name, test := range map[string]struct {
		data     []byte
		messages int64
		rejected map[Reason]string
	}{
		"empty":             {nil, 0, nil},
		"blank":             {[]byte("\n \n\t"), 0, nil},
		"words":             {lined([][]byte{good, []byte("time=12 level=info"), good}), 2, map[Reason]string{NotOTLP: "x:2"}},
		"array":             {lined([][]byte{[]byte("[]"), good}), 1, map[Reason]string{NotOTLP: "x:1"}},
		"two on one line":   {slices.Concat(good, good, []byte("\n"), good), 3, nil},
		"went on in a line": {slices.Concat(good[:20], good, []byte("\n"), good), 2, map[Reason]string{Truncated: "x:1"}},
		"only heads":        {bytes.Repeat(requestHead, 1000), 0, map[Reason]string{Truncated: "x:1"}},
		"quoted head":       {asJSON(logs(`x{"resourceLogs":[]}`)), 1, nil},
		"metrics":           {lined([][]byte{[]byte(`{"resourceMetrics":[{}]}`), good}), 2, nil},
		"wrong type":        {lined([][]byte{[]byte(`{"resourceLogs":"x"}`), good}), 1, map[Reason]string{NotOTLP: "x:1"}},
		"binary":            {bytes.Repeat([]byte{0xff, 0xfe, '\n'}, 9), 0, map[Reason]string{NotOTLP: "x:1"}},
		"frame of garbage":  {framed([][]byte{{0xff, 1}, asProto(logs("good"))}), 1, map[Reason]string{NotOTLP: "x: frame 1"}},
		"empty frame":       {framed([][]byte{{}, asProto(logs("good"))}), 2, nil},
		"large frame":       {append(framed([][]byte{asProto(logs("good"))}), 0xff, 0, 0, 0, 1), 1, map[Reason]string{Damaged: "x: frame 2"}},
		"promised frame":    {[]byte{0, 0x1f, 0xff, 0xff, 1, 2, 3}, 0, map[Reason]string{Truncated: "x: frame 1"}},
		"short length":      {[]byte{0, 0}, 0, map[Reason]string{Truncated: "x: frame 1"}},
		"gzip head":         {[]byte{0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}, 0, map[Reason]string{Damaged: "x:1"}},
		"zstd head":         {append(bytes.Clone(zstdMagic), 0xff, 0xff, 0xff), 0, map[Reason]string{Damaged: "x:1"}},
		"bomb in a frame":   {framed([][]byte{squeezed(make([]byte, small+1)), asProto(logs("good"))}), 1, map[Reason]string{TooLong: "x: frame 1"}},
		"deep proto":        {framed([][]byte{deep(deepFrom / 7), asProto(logs("good"))}), 1, map[Reason]string{NotOTLP: "x: frame 1"}},
		"long line":         {append(append(bytes.Repeat([]byte(" "), small+1), '\n'), good...), 1, map[Reason]string{TooLong: "x:1"}},
		"long line, zipped": {zipped(append(append(bytes.Repeat([]byte("{"), small+1), '\n'), good...)), 1, map[Reason]string{TooLong: "x:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			stats, _ := readAll(t, Stream("x", bytes.NewReader(test.data)))
			require.Equal(t, test.messages, stats.Messages)
			got := make(map[Reason]string)
			for _, r := range stats.Rejected() {
				got[r.Reason] = r.First.String()
				require.Error(t, r.Err)
			}
			if test.rejected == nil {
				test.rejected = map[Reason]string{}
			}
			require.Equal(t, test.rejected, got)
		})
	}
}

func logs(body string) plog.Logs {
	ld := plog.NewLogs()
	lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	lr.Body().SetStr(body)
	lr.SetTimestamp(1)
	return ld
}

func TestOrderOverInputs(t *testing.T) {
	var inputs []Input
	for i := range 20 {
		var list [][]byte
		for j := range 20 {
			list = append(list, asJSON(logs(fmt.Sprintf("%02d-%02d", i, j))))
		}
		inputs = append(inputs, Stream(fmt.Sprint(i), bytes.NewReader(lined(list))))
	}
	var got []string
	stats, err := Read(context.Background(), inputs, func(b *Batch) error {
		got = append(got, b.Logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Body().Str())
		return nil
	})
	require.NoError(t, err)
	require.Len(t, got, 400)
	require.IsIncreasing(t, got)
	require.Equal(t, 20, stats.Inputs)
}

func TestEnoughOfIt(t *testing.T) {
	enough := errors.New("enough")
	data := bytes.Repeat(flows(t), 50)
	count := 0
	_, err := Read(context.Background(), []Input{Stream("x", bytes.NewReader(data))}, func(*Batch) error {
		if count++; count == 3 {
			return enough
		}
		return nil
	})
	require.ErrorIs(t, err, enough)
	require.Equal(t, 3, count)
	ctx, cancel := context.WithCancel(context.Background())
	_, err = Read(ctx, []Input{Stream("x", bytes.NewReader(data))}, func(*Batch) error { cancel(); return nil })
	require.ErrorIs(t, err, context.Canceled)
}

func TestMediumFails(t *testing.T) {
	for name, data := range map[string][]byte{"lines": flows(t), "gzip": zipped(flows(t)), "frames": framed(messages(t, asProto))} {
		t.Run(name, func(t *testing.T) {
			broken := io.MultiReader(bytes.NewReader(data[:len(data)/2]), iotest.ErrReader(errors.New("bad sector")))
			_, err := Read(context.Background(), []Input{Stream("disk", broken)}, func(*Batch) error { return nil })
			require.ErrorContains(t, err, "disk: bad sector")
		})
	}
}

func TestInputs(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"flows-2.jsonl", "flows-10.jsonl", ".hidden", "flows.jsonl"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), asJSON(logs(name)), 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "empty"), 0o700))
	inputs, err := Inputs([]string{filepath.Join(dir, "flows.jsonl"), dir, "-"}, strings.NewReader(""))
	require.NoError(t, err)
	var names []string
	for _, in := range inputs {
		names = append(names, filepath.Base(in.Name))
	}
	require.Equal(t, []string{"flows.jsonl", "flows-10.jsonl", "flows-2.jsonl", "flows.jsonl", "stdin"}, names)
	stats, _ := readAll(t, inputs...)
	require.Equal(t, int64(4), stats.Records)
	_, err = Inputs([]string{filepath.Join(dir, "nothing")}, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Inputs([]string{filepath.Join(dir, "empty")}, nil)
	require.ErrorContains(t, err, "no files")
	gone := []Input{file(filepath.Join(dir, "gone"))}
	_, err = Read(context.Background(), gone, func(*Batch) error { return nil })
	require.ErrorIs(t, err, os.ErrNotExist)
}
