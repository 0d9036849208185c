package exfilprocessor

import (
	"context"
	"fmt"
	"sync/atomic"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/keep"
)

// StorageError says why the extension that storage names cannot be used.
type StorageError struct {
	ID     component.ID
	Reason string
	Err    error // of the extension, if it gave one
}

// Error names the key at fault.
func (e *StorageError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("storage: %s: %s: %v", e.ID, e.Reason, e.Err)
	}
	return fmt.Sprintf("storage: %s: %s", e.ID, e.Reason)
}

// Unwrap is the extension's own error.
func (e *StorageError) Unwrap() error { return e.Err }

// storageExtension finds the extension.
func storageExtension(host component.Host, name component.ID) (storage.Extension, error) {
	found, ok := host.GetExtensions()[name]
	if !ok {
		return nil, &StorageError{ID: name, Reason: "no such extension in service::extensions"}
	}
	ext, ok := found.(storage.Extension)
	if !ok {
		return nil, &StorageError{ID: name, Reason: "the extension is not a storage"}
	}
	return ext, nil
}

// keeper keeps alerts' incidents, and reports where that fails: detection goes on.
// A nil one keeps nothing.
type keeper struct {
	store   *keep.Store
	logger  *zap.Logger
	meter   *meter
	failing atomic.Bool
}

// save keeps incidents before their alerts are sent, and forgets those whose last
// alert was dropped.
func (k *keeper) save(ctx context.Context, notes, dropped []keep.Note) {
	if k == nil {
		return
	}
	k.report(ctx, k.store.Save(ctx, notes))
	if len(dropped) > 0 {
		k.told(ctx, dropped)
	}
}

// told notes that alerts were taken.
func (k *keeper) told(ctx context.Context, notes []keep.Note) {
	if k != nil {
		k.report(ctx, k.store.Told(ctx, notes))
	}
}

// report counts failures, and logs the first of several in a row.
func (k *keeper) report(ctx context.Context, err error) {
	if err == nil {
		k.failing.Store(false)
		return
	}
	k.meter.unsaved(ctx)
	if !k.failing.Swap(true) {
		k.logger.Error("State is not kept: the storage fails", zap.Error(err))
	}
}
