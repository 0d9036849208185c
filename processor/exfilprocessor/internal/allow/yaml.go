package allow

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// YAML is the allowance as an entry of the list, ready to paste. A $ is doubled,
// since the collector takes one for the beginning of a variable.
func (c Config) YAML() ([]byte, error) {
	var list yaml.Node
	if err := list.Encode([]Config{c}); err != nil {
		return nil, err
	}
	escape(&list)
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(&list); err != nil {
		return nil, err
	}
	return out.Bytes(), e.Close()
}

func escape(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		n.Value = strings.ReplaceAll(n.Value, "$", "$$")
	}
	for _, child := range n.Content {
		escape(child)
	}
}
