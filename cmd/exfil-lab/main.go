// Command exfil-lab emulates the adversary in network namespaces of its own,
// and shows what the collector says about it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path"
	"syscall"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/attack"
)

const usage = `exfil-lab emulates data theft from containers, safely, against its own sinks.

  exfil-lab demo             steal a file by HTTP PUT and by FTP, show the alerts
  exfil-lab run [scenario…]  run scenarios (all without names), print a table
  exfil-lab list             list the scenarios
  exfil-lab capture [scen…]  run scenarios without a collector, record their packets
  exfil-lab record scen…     run scenarios, print their flow records
  exfil-lab replay           have the collector read recorded packets, show the alerts

Run a command with -h for its flags.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := start(ctx, os.Args[0], os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "exfil-lab:", err)
	}
	switch {
	case errors.Is(err, attack.ErrCannot):
		os.Exit(lab.NotInstalled)
	case err != nil:
		os.Exit(1)
	}
}

// start runs a command, or stands in for the tool whose name this program has.
func start(ctx context.Context, program string, args []string) error {
	if attack.IsStandIn(program) {
		return attack.StandIn(ctx, path.Base(program), args, os.Stdin)
	}
	return command(ctx, args)
}

// command runs a subcommand. attack is for the lab's own containers.
func command(ctx context.Context, args []string) error {
	if len(args) == 0 {
		fmt.Println(usage)
		return nil
	}
	commands := map[string]func(context.Context, []string) error{
		"attack":  runAttack,
		"capture": capture,
		"demo":    demo,
		"list":    list,
		"record":  record,
		"replay":  replay,
		"run":     run,
	}
	run, ok := commands[args[0]]
	if !ok {
		return fmt.Errorf("no command %q\n%s", args[0], usage)
	}
	return run(ctx, args[1:])
}
