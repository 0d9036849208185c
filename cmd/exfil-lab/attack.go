package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/attack"
)

// runAttack sends as one scenario wants it, from inside a container, and prints
// how many payload bytes it gave to its sockets.
func runAttack(ctx context.Context, args []string) error {
	var o attack.Options
	f := flag.NewFlagSet("attack", flag.ContinueOnError)
	f.StringVar(&o.To, "to", "", "host:port, of the lab")
	f.StringVar(&o.File, "file", "", "what to upload")
	f.Int64Var(&o.Bytes, "bytes", 0, "how much to send, where there is no file")
	f.IntVar(&o.Count, "count", 0, "connections, requests or datagrams")
	f.IntVar(&o.Size, "size", 0, "bytes of each")
	f.DurationVar(&o.Hold, "hold", 0, "how long idle connections stay open")
	if err := f.Parse(args); err != nil {
		return err
	}
	written, err := attack.Run(ctx, f.Arg(0), o)
	fmt.Printf("{\"written\":%d}\n", written)
	return err
}
