package arena

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/traffic"
)

// Section is a part of the processor's configuration.
type Section struct {
	Name string
	YAML string
}

// configure makes the processor's configuration: its defaults, and the sections
// that it knows. The names of those that it does not know are returned.
func configure(factory processor.Factory, sections []Section) (component.Config, []string, error) {
	cfg := factory.CreateDefaultConfig()
	var unknown []string
	for _, s := range sections {
		conf, err := read(s.YAML)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		if conf.Unmarshal(factory.CreateDefaultConfig()) != nil {
			unknown = append(unknown, s.Name)
			continue
		}
		if err := conf.Unmarshal(cfg); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return cfg, unknown, confmap.Validate(cfg)
}

func read(yaml string) (*confmap.Conf, error) {
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	if err != nil {
		return nil, err
	}
	return retrieved.AsConf()
}

// Allowances gathers what benign scenarios ask for, one entry a copy.
func Allowances(c *traffic.Cluster) (Section, error) {
	var b strings.Builder
	b.WriteString("allowances:\n")
	for _, i := range c.Instances {
		if i.Scenario == nil {
			continue
		}
		for _, text := range i.Scenario.Allow {
			entry := strings.NewReplacer("{copy}", strconv.Itoa(i.Copy), "{name}", i.Workload.Name).Replace(text)
			if _, err := read(entry); err != nil {
				return Section{}, errors.Join(fmt.Errorf("%s: %s", i.Scenario.Name, entry), err)
			}
			b.WriteString("  - " + entry + "\n")
		}
	}
	return Section{Name: "allowances", YAML: b.String()}, nil
}
