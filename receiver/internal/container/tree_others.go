//go:build !linux

package container

import (
	"context"
	"errors"
	"fmt"
)

var errGone = errors.New("cgroup is gone")

// tree has no meaning where there are no cgroups: openTree never gives one.
type tree struct {
	root    string
	refused error
}

func openTree(Config) (*tree, error) {
	return nil, fmt.Errorf("cgroups need Linux: %w", errors.ErrUnsupported)
}

func (*tree) close() error { return nil }

func (*tree) pathOf(uint64) (string, error) { return "", errors.ErrUnsupported }

func (*tree) walk(context.Context, func(uint64, string)) error { return errors.ErrUnsupported }
