package netflowreceiver

import (
	"errors"
	"fmt"
)

// Config is where exporters send to. The keys are those of collector-contrib's
// receiver.
type Config struct {
	// Scheme is what they send: netflow, which is NetFlow v5, v9 and IPFIX.
	Scheme string `mapstructure:"scheme"`
	// Hostname is a name or an address of this host; empty: all of them.
	Hostname string `mapstructure:"hostname"`
	// Port is of UDP. 0: any that is free.
	Port int `mapstructure:"port"`
}

func createDefaultConfig() *Config {
	return &Config{Scheme: "netflow", Hostname: "localhost", Port: 2055}
}

// Validate reports settings that cannot work, by their key.
func (c *Config) Validate() error {
	var errs []error
	if c.Scheme != "netflow" {
		errs = append(errs, fmt.Errorf("scheme: %q is not netflow, the only one there is", c.Scheme))
	}
	if c.Port < 0 || c.Port > 65535 {
		errs = append(errs, fmt.Errorf("port: %d is not from 0 to 65535", c.Port))
	}
	return errors.Join(errs...)
}
