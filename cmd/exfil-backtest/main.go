// Command exfil-backtest runs recorded flow records through the exfil processor,
// to see before a rule or a threshold goes live what it would have said.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

const usage = `exfil-backtest tries a configuration on recorded flow records.

  exfil-backtest run -config collector.yaml [-against other.yaml] [-json] RECORDS…
      alerts and a summary by rule; with -against the difference instead
  exfil-backtest suggest [-id ID] ALERTS…
      the allowance that would silence each recorded alert, ready to paste

RECORDS and ALERTS are what the collector's file exporter wrote: JSON lines or
protobuf, as they are or compressed, in files, directories (in name order) or - for
standard input.

Run a command with -h for its flags.
`

// console is where a command reads and writes.
type console struct {
	in       io.Reader
	out, err io.Writer
}

// gcPercent trades memory, which little is used of, for a quarter of the time.
const gcPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	std := console{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	err := command(context.Background(), &std, os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "exfil-backtest:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, std *console, args []string) error {
	if len(args) == 0 {
		fmt.Fprint(std.err, usage)
		return errors.New("no command")
	}
	switch args[0] {
	case "run":
		return run(ctx, std, args[1:])
	case "suggest":
		return suggest(ctx, std, args[1:])
	case "help", "-h", "-help", "--help":
		fmt.Fprint(std.out, usage)
		return nil
	default:
		return fmt.Errorf("no command %q: run or suggest", args[0])
	}
}
