package flow

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

func TestResourceRoundTrip(t *testing.T) {
	var want Resource
	fields := reflect.ValueOf(&want).Elem()
	for i := range fields.NumField() {
		fields.Field(i).SetString(fields.Type().Field(i).Name)
	}
	res := pcommon.NewResource()
	res.Attributes().PutStr("cloud.region", "kept")
	want.Encode(res)
	assert.Equal(t, fields.NumField()+1, res.Attributes().Len())

	got := Resource{Pod: "of the record before"}
	got.Decode(res)
	assert.Equal(t, want, got)
}

func TestResourceDecodeResets(t *testing.T) {
	res := pcommon.NewResource()
	res.Attributes().PutInt("container.id", 12)
	s := Resource{ContainerID: "old", Host: "old"}
	s.Decode(res)
	assert.Zero(t, s)
}
