package keep

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// guarded turns a panic of the storage into an error: file_storage panics where a
// page of its file is damaged, and detection must go on.
type guarded struct{ storage.Client }

func rescue(err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("the storage panics: %v", cause)
	}
}

func (g guarded) Get(ctx context.Context, key string) (value []byte, err error) {
	defer rescue(&err)
	return g.Client.Get(ctx, key)
}

func (g guarded) Set(ctx context.Context, key string, value []byte) (err error) {
	defer rescue(&err)
	return g.Client.Set(ctx, key, value)
}

func (g guarded) Delete(ctx context.Context, key string) (err error) {
	defer rescue(&err)
	return g.Client.Delete(ctx, key)
}

func (g guarded) Batch(ctx context.Context, ops ...*storage.Operation) (err error) {
	defer rescue(&err)
	return g.Client.Batch(ctx, ops...)
}

func (g guarded) Close(ctx context.Context) (err error) {
	defer rescue(&err)
	return g.Client.Close(ctx)
}

// keys are those in the storage; none where it cannot tell.
func (g guarded) keys(ctx context.Context) (keys []string, err error) {
	defer rescue(&err)
	walker, ok := g.Client.(storage.Walker)
	if !ok {
		return nil, nil
	}
	err = walker.Walk(ctx, func(key string, _ []byte) ([]*storage.Operation, error) {
		keys = append(keys, key)
		return nil, nil
	})
	return keys, err
}
