# `make` alone lists what there is.
SHELL      := /bin/bash
.SHELLFLAGS := -o pipefail -c

GO         ?= go
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME   ?= 10s
VERSION    ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)

# Tests that need namespaces skip themselves without root; as root a skip is a
# failure, so that nothing is left out unseen.
ROOT     := $(filter 0,$(shell id -u))
REQUIRE  := $(if $(ROOT),SALLYPORT_REQUIRE=1)
# The namespace tests that a firewall with the race detector is put through.
RACED     = ^Test(Traffic|StopLeavesNothing|StartOverLeftovers|SessionsAreListed|ReloadsUnderTraffic)$$
# What runs with the race detector and in the plain run; integration has its own.
PACKAGES  = $(shell $(GO) list ./... | grep -v '/integration')

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.PHONY: build
build: ## build bin/sallyport, static
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o bin/sallyport ./cmd/sallyport

.PHONY: demo
demo: build ## show the firewall at work between two made-up networks (KEEP=1: leave it running)
	bin/sallyport demo $(if $(KEEP),--keep)

.PHONY: docker-image
docker-image: build ## make the image sallyport, FROM scratch, without pulling any other
	docker build -t sallyport -f deploy/docker/Dockerfile.prebuilt bin

.PHONY: check
check: ## formatting, vet, staticcheck
	@unformatted="$$(gofmt -l .)"; if [ -n "$$unformatted" ]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	@if $(GO) run $(STATICCHECK) -version >/dev/null 2>&1; then echo "$(GO) run $(STATICCHECK) ./..."; $(GO) run $(STATICCHECK) ./...; \
	else echo "skipped: staticcheck cannot be fetched"; fi

.PHONY: test
test: setup check unit race fuzz integration ## everything: checks, unit, race, short fuzz, namespaces, Docker
	@$(if $(ROOT),,echo "Skipped, because this is not root: all tests in namespaces and with Docker. Run: sudo make test")

.PHONY: setup
setup: ## install the Debian packages that the tests use, as root
	@integration/setup.sh

.PHONY: unit
unit: ## the packages' own tests
	$(GO) test -count=1 $(PACKAGES)

.PHONY: race
race: ## the same with the race detector, and as root some real traffic
	$(GO) test -count=1 -race -short $(PACKAGES)
	$(if $(ROOT),$(REQUIRE) SALLYPORT_RACE=1 $(GO) test -count=1 -timeout 10m -run '$(RACED)' ./integration)

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (10s)
	@integration/fuzz.sh $(FUZZTIME)

.PHONY: integration
integration: ## real traffic in network namespaces, and a real Docker engine
	$(REQUIRE) $(GO) test -count=1 -timeout 20m -v ./integration/... | grep -v '^ *=== '

.PHONY: spitzner
spitzner: setup ## Lance Spitzner's experiments of 2000, under each profile (root)
	$(GO) run ./integration/spitzner

.PHONY: conformance
conformance: setup ## the RFCs' items, each with the tests that show it: docs/conformance.md (root)
	$(REQUIRE) $(GO) run ./integration/conformance --root .

.PHONY: bench
bench: setup ## the firewall beside the kernel's own, as ratios, into docs/benchmarks (root; seven minutes)
	$(GO) run ./integration/bench
	@$(MAKE) --no-print-directory bench-peers

.PHONY: bench-peers
bench-peers: ## the engine beside those of other projects, packet for packet
	@sums="$$(mktemp -d)"; trap 'rm -rf "$$sums"' EXIT; cp integration/peers/go.mod integration/peers/go.sum "$$sums"; \
	cd integration/peers; \
	if $(GO) build -mod=mod -modfile="$$sums/go.mod" -o "$$sums/peers" .; then "$$sums/peers" -docs ../../docs; \
	else echo "skipped: the peers' modules cannot be fetched or built"; fi

.PHONY: bench-engine
bench-engine: ## a packet's way without devices
	$(GO) test -run '^$$' -bench 'Decide|Track|Evaluate|Parse|Rewrite' -benchmem -benchtime 500ms \
		./appliance/forward ./state ./policy ./netstack | grep -E '^Benchmark'

.PHONY: pgo
pgo: ## renew cmd/sallyport/default.pgo, which the compiler optimises by, from the engine's benchmarks
	@set -e; d="$$(mktemp -d)"; trap 'rm -r "$$d"' EXIT; \
	profile() { $(GO) test -run '^$$' -bench "$$2" -benchtime 3s -o "$$d/test" -cpuprofile "$$d/$$1.prof" "$$3"; }; \
	profile forward 'Decide$$|DecideBatch/1000_' ./appliance/forward; \
	profile state 'TrackTCP|Open/1000$$' ./state; \
	profile netstack Coalesce ./netstack; \
	$(GO) tool pprof -proto "$$d"/*.prof >cmd/sallyport/default.pgo
