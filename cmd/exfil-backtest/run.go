package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest/config"
	"github.com/otelcol-exfil/otelcol-exfil/internal/backtest/recording"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor"
)

// settings are the flags of run.
type settings struct {
	config, against             uris
	component, againstComponent string
	json                        bool
	records                     []string
}

// uris are a flag that may be given several times, as the collector's --config.
type uris []string

func (u *uris) String() string { return strings.Join(*u, ", ") }

// Set adds one.
func (u *uris) Set(uri string) error {
	*u = append(*u, uri)
	return nil
}

func parse(std *console, args []string) (*settings, error) {
	var s settings
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.SetOutput(std.err)
	flags.Var(&s.config, "config", "a collector's `configuration`, or a file with the processor's alone; several are merged; none: the defaults")
	flags.Var(&s.against, "against", "another `configuration`: print how it differs from the first")
	flags.StringVar(&s.component, "component", "", "which component of the configuration: exfil or exfil/name")
	flags.StringVar(&s.againstComponent, "against-component", "", "which component of the other one; default as -component")
	flags.BoolVar(&s.json, "json", false, "print each alert as a line of OTLP JSON; with -against, the difference as JSON")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if s.records = flags.Args(); len(s.records) == 0 {
		return nil, errors.New("no records: name files, a directory, or - for standard input")
	}
	if s.againstComponent == "" {
		s.againstComponent = s.component
	}
	return &s, nil
}

// compares says that there are two configurations.
func (s *settings) compares() bool { return len(s.against) > 0 || s.againstComponent != s.component }

func run(ctx context.Context, std *console, args []string) error {
	s, err := parse(std, args)
	if err != nil {
		return err
	}
	inputs, err := recording.Inputs(s.records, std.in)
	if err != nil {
		return err
	}
	configs, err := s.configs(ctx)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(std.out)
	for i := range configs {
		configs[i].Logger = logger(std)
		if !s.compares() {
			configs[i].Said = sayer(out, s.json)
		}
	}
	result, err := backtest.Run(ctx, inputs, configs)
	if err != nil {
		return errors.Join(err, out.Flush())
	}
	backtest.WriteReading(std.err, result)
	note(std, configs, result.Read)
	if err := s.report(std, out, result); err != nil {
		return err
	}
	return errors.Join(out.Flush(), readable(result.Read))
}

// configs are one or two.
func (s *settings) configs(ctx context.Context) ([]backtest.Config, error) {
	first, err := config.Load(ctx, s.config, s.component)
	if err != nil {
		return nil, err
	}
	list := []backtest.Config{{Name: name(s.config, s.component), Processor: first}}
	if !s.compares() {
		return list, nil
	}
	against := s.against
	if len(against) == 0 {
		against = s.config
	}
	second, err := config.Load(ctx, against, s.againstComponent)
	if err != nil {
		return nil, err
	}
	list[0].Name = "A: " + list[0].Name
	return append(list, backtest.Config{Name: "B: " + name(against, s.againstComponent), Processor: second}), nil
}

func name(config uris, component string) string {
	text := config.String()
	if text == "" {
		text = "the defaults"
	}
	if component != "" {
		text += " " + component
	}
	return text
}

// logger takes what the processor warns of, such as an indicator file that cannot
// be read.
func logger(std *console) *zap.Logger {
	encoder := zap.NewDevelopmentEncoderConfig()
	encoder.TimeKey, encoder.CallerKey, encoder.StacktraceKey = "", "", ""
	return zap.New(zapcore.NewCore(zapcore.NewConsoleEncoder(encoder), zapcore.AddSync(std.err), zap.WarnLevel))
}

// sayer prints each alert.
func sayer(out *bufio.Writer, asJSON bool) func(plog.ResourceLogs, *flow.Resource, *alert.Alert) error {
	if !asJSON {
		return func(_ plog.ResourceLogs, workload *flow.Resource, a *alert.Alert) error {
			backtest.WriteAlert(out, workload, a)
			return nil
		}
	}
	return func(rl plog.ResourceLogs, _ *flow.Resource, _ *alert.Alert) error {
		ld := plog.NewLogs()
		rl.CopyTo(ld.ResourceLogs().AppendEmpty())
		line, err := (&plog.JSONMarshaler{}).MarshalLogs(ld)
		if err != nil {
			return err
		}
		_, err = out.Write(append(line, '\n'))
		return err
	}
}

// report prints what came of it: for a person to out, or beside JSON to err.
func (s *settings) report(std *console, out *bufio.Writer, result *backtest.Result) error {
	if s.compares() {
		return s.reportBoth(out, result)
	}
	to := io.Writer(out)
	if s.json {
		to = std.err
	}
	if err := backtest.WriteSummary(to, result.Read, &result.Sides[0]); err != nil {
		return err
	}
	return backtest.WriteCounters(to, &result.Sides[0])
}

// reportBoth prints how two configurations differ.
func (s *settings) reportBoth(out *bufio.Writer, result *backtest.Result) error {
	if s.json {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(backtest.NewComparison(result))
	}
	for i := range result.Sides {
		if err := backtest.WriteSummary(out, result.Read, &result.Sides[i]); err != nil {
			return err
		}
	}
	a, b := &result.Sides[0], &result.Sides[1]
	d := backtest.Compare(a, b)
	return backtest.WriteDifference(out, a, b, &d)
}

// note warns of a recording that ends before the processor has learned anything.
func note(std *console, configs []backtest.Config, read *recording.Stats) {
	span := time.Duration(read.Last - read.First)
	for i := range configs {
		cfg, ok := configs[i].Processor.(*exfilprocessor.Config)
		if ok && read.Records > 0 && span < cfg.Learning {
			fmt.Fprintf(std.err, "note      %s: learning lasts %s, longer than the recording: only far larger volumes are reported\n",
				configs[i].Name, cfg.Learning)
		}
	}
}

// readable refuses inputs of which nothing could be used.
func readable(read *recording.Stats) error {
	rejected := read.Rejected()
	if read.Messages > 0 || len(rejected) == 0 {
		return nil
	}
	first := rejected[0]
	return fmt.Errorf("nothing in the input is a record: %s: %s: %w", first.First, first.Reason, first.Err)
}
