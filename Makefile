# The LMA collector. `make help` lists what there is.
GO      ?= go
BIN     := bin/lma_collector
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X lma_collector/collector/cli.version=$(VERSION)
export CGO_ENABLED := 0

GOFUMPT     := $(GO) run mvdan.cc/gofumpt@v0.12.0
STATICCHECK := $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := $(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0

.PHONY: help build run test bench lint fmt

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## the static binary bin/lma_collector
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./collector/lma_collector

run: build ## monitor this machine; the page is at http://127.0.0.1:4352
	@tests/run/run.sh $(BIN)

test: build ## install the test servers (Debian, root), then run every test
	@tests/run/test.sh

bench: build ## end-to-end speed and memory: messages/s, CPU per message, peak memory
	@$(GO) run ./tests/bench $(BENCH)

lint: ## formatting, vet, static analysis, known vulnerabilities
	@test -z "$$($(GOFUMPT) -l .)" || { echo "not formatted (make fmt):"; $(GOFUMPT) -l .; exit 1; }
	$(GO) vet ./...
	$(STATICCHECK) ./...
	$(GOVULNCHECK) ./...

fmt: ## format the code
	$(GOFUMPT) -w .
