//go:build !linux || (!amd64 && !arm64)

package ebpfflowreceiver

import (
	"errors"
	"runtime"

	"go.uber.org/zap"
)

// ErrPlatform says that this build cannot watch packets.
var ErrPlatform = errors.New("the ebpf_flow receiver needs Linux 5.10 or later on amd64 or arm64, not " +
	runtime.GOOS + "/" + runtime.GOARCH + ": run it there, or feed flow records through another receiver")

func openKernel(*Config, *zap.Logger) (*kernel, error) { return nil, ErrPlatform }
