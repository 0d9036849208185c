package flow

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

var tableRow = regexp.MustCompile("(?m)^\\| `([a-z0-9_.]+)` \\| (\\S+) \\|")

// documented is README.md's tables: type by attribute name.
func documented(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	types := map[string]string{}
	for _, row := range tableRow.FindAllStringSubmatch(string(text), -1) {
		require.NotContains(t, types, row[1], "documented twice")
		types[row[1]] = row[2]
	}
	return types
}

func TestREADMEHasEveryName(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "attributes.go", nil, 0)
	require.NoError(t, err)
	var declared []string
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "attr") {
			return true
		}
		name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		declared = append(declared, name)
		return false
	})
	var inREADME []string
	for name := range documented(t) {
		inREADME = append(inREADME, name)
	}
	assert.ElementsMatch(t, declared, inREADME)
}

func TestREADMEHasTheTypes(t *testing.T) {
	res := pcommon.NewResource()
	(&Resource{
		"a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a",
	}).Encode(res)
	types := documented(t)
	written := encoded(everything()).Attributes()
	assert.Equal(t, len(types), written.Len()+res.Attributes().Len()-1, "an address is the record's and may be the resource's")
	for _, m := range []pcommon.Map{written, res.Attributes()} {
		for name, v := range m.All() {
			assert.Equal(t, typeWord(v), types[name], name)
		}
	}
}

func typeWord(v pcommon.Value) string {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return "string"
	case pcommon.ValueTypeInt:
		return "int"
	case pcommon.ValueTypeDouble:
		return "double"
	case pcommon.ValueTypeSlice:
		return "string[]"
	default:
		return v.Type().String()
	}
}
