# The LMA collector. `make help` lists what there is.
GO      ?= go
BIN     := bin/lma_collector
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X lma_collector/collector/cli.version=$(VERSION)
export CGO_ENABLED := 0

GOFUMPT     := $(GO) run mvdan.cc/gofumpt@v0.12.0
STATICCHECK := $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0

# `make run` keeps everything it writes in here.
RUN := $(CURDIR)/run

.PHONY: help build run test conformance bench vet lint fmt

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## the static binary bin/lma_collector
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./collector/lma_collector

run: build ## monitor this machine; the page is at http://127.0.0.1:4352 (Ctrl-C ends it)
	@mkdir -p $(RUN)/conf.d $(RUN)/state
	@cp conf.d/*.toml $(RUN)/conf.d/
	@printf '# Written by make run.\n[collector]\nbase_dir = "%s"\nshare_dir = "%s"\n\n[collector.tags]\nenvironment_label = "%s"\n' \
		'$(RUN)/state' '$(CURDIR)' "$$(uname -n)" > $(RUN)/conf.d/global.toml
	@exec $(BIN) run --config $(RUN)/conf.d

test: ## install the test servers (Debian, as root), then run every test
	@tests/test.sh

conformance: ## scripts against C Lua, lua-lpeg and lua-cjson: random cases in full, Lua's and LPeg's own tests
	@tests/servers/install.sh packages
	$(GO) build -o bin/report ./tests/report
	@LMA_REQUIRE_SERVERS=1 LMA_LPEG_CASES=$(or $(LPEG_CASES),100000) $(GO) test -json -count=1 -timeout 60m \
		-run 'Random|AgainstC|Reference|Corpus|ErrorTexts|LuasTests|LPegsTests|Hostile|Differences' \
		./collector/sandbox/lua ./collector/sandbox/stdlib ./collector/sandbox/luapattern ./collector/lpeg ./collector/sandbox/modules/... ./tests/sandbox | bin/report

bench: build ## end-to-end speed and memory: CPU time for each item, items a second, peak memory
	@$(GO) run ./tests/bench $(BENCH)

vet:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "not formatted (make fmt):"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...

lint: vet ## formatting, vet, static analysis, known vulnerabilities
	@test -z "$$($(GOFUMPT) -l .)" || { echo "not formatted (make fmt):"; $(GOFUMPT) -l .; exit 1; }
	$(STATICCHECK) ./...
	GOBIN='$(CURDIR)/bin' $(GO) install $(GOVULNCHECK)
	@bin/govulncheck ./... || { status=$$?; [ $$status = 3 ] && exit 1; echo "known vulnerabilities NOT checked: their database cannot be read (above)"; }

fmt: ## format the code
	$(GOFUMPT) -w .
