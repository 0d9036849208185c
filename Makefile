# The frame of the repository: every command a person or CI needs.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# git refuses to describe a checkout that belongs to somebody else.
export GOFLAGS += -buildvcs=false
TOOLS := build/tools
DISTRIBUTION := build/otelcol-exfil
# Root tests are compiled by you and run by root: the Go cache stays yours.
ROOT := $(if $(filter-out 0,$(shell id -u)),sudo -E)
# The race detector needs a C compiler; a machine without one still tests.
RACE := $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)
# The image trusts whom this machine trusts, where that is on file.
CERTIFICATES = $(wildcard /etc/ssl/certs/ca-certificates.crt)
BPF_SOURCES = $(shell git ls-files 'receiver/*.c' 'receiver/*.h' | grep -v vmlinux)
# Those that only a kernel-tagged file has; the others need no root.
KERNEL_BENCHMARKS = $(shell grep -rlE '^//go:build kernel' --include='*_test.go' receiver | xargs grep -ohE 'Benchmark\w+' | sort -u | paste -sd '|')

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.PHONY: build
build: $(DISTRIBUTION)/go.mod ## Build bin/otelcol-exfil and bin/exfil-lab
	CGO_ENABLED=0 go build -C $(DISTRIBUTION) -trimpath -ldflags '-s -w' -o $(CURDIR)/bin/otelcol-exfil .
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/exfil-lab ./cmd/exfil-lab
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/exfil-backtest ./cmd/exfil-backtest

.PHONY: demo
demo: build ## Let a container steal two files, and watch the alerts come out
	bin/exfil-lab demo

.PHONY: test
test: build ## Unit tests, and every shipped config and manifest validated (no root)
	go test $(RACE) $(TESTFLAGS) ./...

# The linter's cache remembers paths: each checkout has its own.
export GOLANGCI_LINT_CACHE := $(CURDIR)/build/lint-cache

.PHONY: lint
lint: $(TOOLS)/golangci-lint ## Check style: Go, BPF C, shell
	$< run ./...
	clang-format --dry-run --Werror $(BPF_SOURCES)
	bash -n .ci/run test/vm/run

.PHONY: format
format: $(TOOLS)/golangci-lint ## Put Go and BPF C into shape
	$< fmt ./...
	clang-format -i $(BPF_SOURCES)

.PHONY: generate
generate: ## Regenerate component metadata and BPF objects (clang)
	go generate ./...

.PHONY: bench
bench: ## Benchmarks: engine, parsers, kernel cost (root for the last)
	go test -run '^$$' -bench . -benchmem ./...
	$(if $(KERNEL_BENCHMARKS),go test -exec '$(ROOT)' -timeout 20m -tags kernel -run '^$$' -bench '^($(KERNEL_BENCHMARKS))$$' -benchtime 1x ./receiver/...)

.PHONY: kernel
kernel: ## Load and exercise the BPF programs in this kernel (root)
	go test -exec '$(ROOT)' -count 1 -p 1 -tags kernel $(TESTFLAGS) ./receiver/...

# Each of these tests' collectors sees all containers: one package at a time (-p 1).
.PHONY: e2e
e2e: build ## Real containers, real uploads, real alerts (root)
	go test -exec '$(ROOT)' -count 1 -p 1 -timeout 30m -tags e2e $(TESTFLAGS) ./test/config/... ./test/e2e/...

.PHONY: capture
capture: build ## Captures and flow logs against Suricata, tshark and softflowd (root)
	go test -exec '$(ROOT)' -count 1 -timeout 20m -tags capture $(TESTFLAGS) ./test/capture/...

.PHONY: eval
eval: ## Score detection over the labelled corpus
	go test -count 1 -tags eval -timeout 30m -v ./test/eval/...

.PHONY: vm
vm: build ## The kernel tests and the lab in other kernels, under QEMU: minutes each
	test/vm/run $(KERNELS)

.PHONY: image
image: build ## Write build/otelcol-exfil-image.tar, an OCI image, without a daemon
	go run ./deploy/image -output build/otelcol-exfil-image.tar bin/otelcol-exfil:/otelcol-exfil \
		config/agent.yaml:/etc/otelcol-exfil/config.yaml $(CERTIFICATES:%=%:/etc/ssl/certs/ca-certificates.crt)

.PHONY: clean
clean: ## Remove everything built
	rm -rf bin build

# The builder resolves modules only when what it reads has changed; the Go
# build cache does the rest.
$(DISTRIBUTION)/go.mod: builder-config.yaml go.mod $(TOOLS)/builder
	$(TOOLS)/builder --skip-compilation --config builder-config.yaml
	@touch $@

$(TOOLS)/golangci-lint: internal/tools/lint/go.mod internal/tools/lint/go.sum
	go build -C internal/tools/lint -o $(CURDIR)/$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(TOOLS)/builder: internal/tools/go.mod internal/tools/go.sum
	go build -C internal/tools -o $(CURDIR)/$@ go.opentelemetry.io/collector/cmd/builder
