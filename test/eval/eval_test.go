//go:build eval

package eval_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/arena"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/score"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/traffic"
)

// days is how long the cluster lives: four weeks, so that monthly things happen
// and that two weeks are left for attacks after ten days of learning.
const days = 28

var only = flag.String("only", "", "look into the scenarios whose names match this expression, instead of scoring all")

var draw = flag.String("draw", "", "throw all dice anew: any word gives other times, sizes and rates")

// TestOnly tells everything that is said about some scenarios.
func TestOnly(t *testing.T) {
	if *only == "" {
		t.Skip("it takes -only EXPRESSION")
	}
	cluster := traffic.New(load(t), traffic.Options{Days: days, Copies: 1, Victims: 1, Draw: *draw})
	cluster.Keep(regexp.MustCompile(*only).MatchString)
	allowances, err := arena.Allowances(cluster)
	require.NoError(t, err)
	o := run(t, cluster, indicators(t), allowances)
	for _, i := range o.Incidents {
		fmt.Printf("\n%s\n", i.Who.Key())
		for _, told := range i.Story {
			fmt.Print("  ", told)
		}
	}
	score.Judge(o).Write(os.Stdout)
}

// TestDetection is `make eval`.
func TestDetection(t *testing.T) {
	if *only != "" {
		t.Skip("-only looks into some scenarios")
	}
	scenarios := load(t)
	victims := 2
	if testing.Short() {
		victims = 1
	}
	cluster := traffic.New(scenarios, traffic.Options{Days: days, Copies: 1, Victims: victims, Draw: *draw})
	allowances, err := arena.Allowances(cluster)
	require.NoError(t, err)
	began := time.Now()
	o := run(t, cluster, indicators(t), allowances)
	took := time.Since(began)
	r := score.Judge(o)
	r.Write(os.Stdout)
	fmt.Printf("\n%d workloads, %d days, %d records, %d alerts, in %s\n", len(cluster.Instances), days, o.Records, o.Alerts, took.Round(time.Second))
	below := r.Figures(os.Stdout)
	score.Figure(os.Stdout, "eval_records_per_second", float64(o.Records)/took.Seconds(), 0, "{record}/s")
	require.Empty(t, r.Silent, "attacks that send nothing are mistakes in the corpus")
	require.Empty(t, below)
}

// TestWithoutAllowances shows how many false alerts the allowances hold back. It
// has no bar.
func TestWithoutAllowances(t *testing.T) {
	cluster := traffic.New(load(t), traffic.Options{Days: 14, Copies: 0.2})
	r := score.Judge(run(t, cluster, indicators(t)))
	fmt.Printf("\nWithout any allowance, %d benign workloads, 14 days:\n", len(cluster.Instances))
	score.Figure(os.Stdout, "eval_false_alerts_without_allowances", r.FalseRate(), 0, "{alert}/1000 workload-days")
	r.WriteFalseByScenario(os.Stdout)
}
