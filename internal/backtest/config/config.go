// Package config reads the exfil processor's configuration out of a collector's,
// as the collector itself would.
package config

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor"
)

// sections are a collector's top-level keys; a file with none of them is one
// component's own configuration.
var sections = []string{"receivers", "processors", "connectors", "exporters", "extensions", "service"}

// kinds are the sections that an exfil component can be in.
var kinds = []string{"processors", "connectors"}

// storage is the key that names a storage extension. A backtest has no
// extensions, and starts with nothing learned.
const storage = "storage"

// Load reads the configuration at uris, files' paths or what else the collector
// takes, such as yaml:…, merged in order, with ${env:…} expanded. Of a
// collector's configuration it takes the component with the id given, or the only
// exfil component where id is empty. Without uris all is as by default.
func Load(ctx context.Context, uris []string, id string) (component.Config, error) {
	if len(uris) == 0 {
		return decode(confmap.New())
	}
	uri := strings.Join(uris, ", ")
	conf, err := resolve(ctx, uris)
	if err != nil {
		return nil, err
	}
	own, key, err := find(conf, id)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", uri, err)
	}
	cfg, err := decode(own)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strings.TrimSuffix(uri+": "+key, ": "), err)
	}
	return cfg, nil
}

// resolve does what the collector does with its --config.
func resolve(ctx context.Context, uris []string) (_ *confmap.Conf, err error) {
	resolver, err := confmap.NewResolver(confmap.ResolverSettings{
		URIs: uris,
		ProviderFactories: []confmap.ProviderFactory{
			envprovider.NewFactory(), fileprovider.NewFactory(), yamlprovider.NewFactory(),
		},
		DefaultScheme: "env",
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, resolver.Shutdown(ctx)) }()
	return resolver.Resolve(ctx)
}

// find is a component's own configuration, and the key it is under.
func find(conf *confmap.Conf, id string) (*confmap.Conf, string, error) {
	if !slices.ContainsFunc(sections, conf.IsSet) {
		if id != "" {
			return nil, "", fmt.Errorf("no %q in it: it is one component's own configuration", id)
		}
		return conf, "", nil
	}
	keys, err := candidates(conf, id)
	switch {
	case err != nil:
		return nil, "", err
	case len(keys) == 0 && id == "":
		return nil, "", errors.New("no exfil component below processors or connectors")
	case len(keys) == 0:
		return nil, "", fmt.Errorf("no %q below processors or connectors", id)
	case len(keys) > 1:
		return nil, "", fmt.Errorf("more than one exfil component: say which with -component: %s", strings.Join(keys, ", "))
	}
	own, err := conf.Sub(keys[0])
	return own, keys[0], err
}

// candidates are the keys of the components asked for, sorted.
func candidates(conf *confmap.Conf, id string) ([]string, error) {
	var keys []string
	for _, kind := range kinds {
		section, err := conf.Sub(kind)
		if err != nil {
			return nil, err
		}
		for name := range section.ToStringMap() {
			if name == id || id == "" && isExfil(name) {
				keys = append(keys, kind+confmap.KeyDelimiter+name)
			}
		}
	}
	slices.Sort(keys)
	return keys, nil
}

// isExfil says whether a component's id is of our type: exfil or exfil/name.
func isExfil(id string) bool {
	kind, _, _ := strings.Cut(id, "/")
	return strings.TrimSpace(kind) == exfilprocessor.NewFactory().Type().String()
}

// decode lays conf over the defaults, and checks what comes out.
func decode(conf *confmap.Conf) (component.Config, error) {
	conf.Delete(storage)
	cfg := exfilprocessor.NewFactory().CreateDefaultConfig()
	if err := conf.Unmarshal(cfg); err != nil {
		return nil, err
	}
	if err := confmap.Validate(cfg); err != nil {
		return nil, err
	}
	return cfg, nil
}
