//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
)

// patient is the quiet period on emulated machines.
const patient = 15 * time.Second

// newLab builds a lab with the binaries that make e2e has built.
func newLab(t *testing.T, noDocker bool) *lab.Lab {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("namespaces and eBPF need root")
	}
	o := lab.Options{Program: binary(t, "exfil-lab"), Size: 20 << 20, NoDocker: noDocker}
	if testing.Short() {
		o.Download, o.Quiet = 30_000_000, patient // an emulated machine is slow, and stands still at times
	}
	l, err := lab.New(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	return l
}

func binary(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", name))
	require.NoError(t, err)
	require.FileExists(t, path, "make build makes it")
	return path
}

var written = regexp.MustCompile(`{"written":(\d+)}`)

// attack runs one attack in a container, and returns the container's id and how
// many bytes the application wrote.
func attack(t *testing.T, l *lab.Lab, name, args string) (id string, wrote int64) {
	t.Helper()
	r, err := l.Exec(t.Context(), lab.Scenario{Name: name, Command: "exec exfil-lab attack " + args})
	require.NoError(t, err)
	m := written.FindStringSubmatch(r.Output)
	require.NotNil(t, m, r.Output)
	wrote, err = strconv.ParseInt(m[1], 10, 64)
	require.NoError(t, err)
	t.Logf("%s: wrote %d bytes in %s", name, wrote, r.Ended.Sub(r.Started))
	return r.ID, wrote
}

// figure prints one measured value for people and, as JSON, for CI.
func figure(name string, value, bar float64, unit string) {
	fmt.Printf("%-36s %14.4f   bar %10.4f %s\n", name, value, bar, unit)
	fmt.Printf("{\"figure\":%q,\"value\":%g,\"bar\":%g,\"unit\":%q}\n", name, value, bar, unit)
}
