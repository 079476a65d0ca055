SHELL := /bin/bash
.DEFAULT_GOAL := build
.PHONY: build test matrix chaos demo bench lint clean install packages

PREFIX ?= /usr/local
# A module may import only what Package.swift lists for it.
FLOORS := --explicit-target-dependency-import-check error
# The Swift runtime goes into the program, so that it runs where no toolchain is.
RELEASE := --configuration release --product tranship --static-swift-stdlib $(FLOORS)

build: packages
	swift build $(RELEASE)

# More tests at once would wait for each other beyond their deadlines on a busy machine.
TESTS := swift test --skip-build --disable-xctest $(FLOORS) --experimental-maximum-parallelization-width 8

# Every test; needs nothing but loopback once the packages are there. Transports, whose deadlines are real, and the
# built binary have the machine to themselves.
test: packages .venv/.ready
	swift build --build-tests $(FLOORS)
	$(TESTS) --skip EndToEndTests --skip StorageClientsTests --skip DevStoreTests --skip FaultMatrixTests
	$(TESTS) --filter 'StorageClientsTests|DevStoreTests'
	TRANSHIP_CRC_KERNEL=portable TRANSHIP_MD5_KERNEL=portable $(TESTS) --filter ChecksumsTests
	TRANSHIP_CRC_KERNEL=pclmul TRANSHIP_MD5_KERNEL=avx2 $(TESTS) --filter ChecksumsTests
	TRANSHIP_MUTATIONS=1 $(TESTS) --filter MutationTests
	$(TESTS) --filter EndToEndTests
	$(TESTS) --filter FaultMatrixTests

# Every row of the matrix of faults with three seeds, every point at which a run can be killed, and ten million keys.
matrix: build .venv/.ready
	swift build --build-tests $(FLOORS)
	TRANSHIP_MATRIX_SEEDS=1,2,3 TRANSHIP_MATRIX_KILLS=all $(TESTS) --filter 'FaultMatrixTests.FaultMatrixTests|FaultMatrixTests.CrashTests'
	TRANSHIP_MATRIX_KEYS=10000000 TRANSHIP_MATRIX_BINARY="$$(swift build $(RELEASE) --show-bin-path)/tranship" $(TESTS) --filter FaultMatrixTests.ManyKeysTests

# Mixtures of faults: as many as wanted, from a seed on.
chaos: packages .venv/.ready
	swift build --build-tests $(FLOORS)
	TRANSHIP_CHAOS_SEED=$(or $(SEED),1) TRANSHIP_CHAOS_RUNS=$(or $(RUNS),100) $(TESTS) --filter FaultMatrixTests.ChaosTests

# The whole story on embedded stores; ends with the path of the report. DEMO="--scale full" for 7 GiB.
demo: build
	"$$(swift build $(RELEASE) --show-bin-path)/tranship" demo $(DEMO)

# Beside the peers, against the loopback store that NULLSTORE names; PEERS is a folder with rclone, juicefs and s5cmd.
bench: build
	@test -x "$(NULLSTORE)" || { echo "make bench: name a loopback store with NULLSTORE=path (see benchmarks/stores)" >&2; exit 2; }
	TRANSHIP="$$(swift build $(RELEASE) --show-bin-path)/tranship" benchmarks/copying/run
	TRANSHIP="$$(swift build $(RELEASE) --show-bin-path)/tranship" benchmarks/verification/run
	TRANSHIP="$$(swift build $(RELEASE) --show-bin-path)/tranship" benchmarks/inventory/listing
	TRANSHIP="$$(swift build $(RELEASE) --show-bin-path)/tranship" benchmarks/inventory/ten-million
	TRANSHIP="$$(swift build $(RELEASE) --show-bin-path)/tranship" benchmarks/inventory/run
	benchmarks/reports/run "$$(swift build $(RELEASE) --show-bin-path)/tranship"

lint: packages
	swift format lint --strict --parallel --recursive Package.swift Sources Tests
	scripts/floor-check

install: build
	install -D --strip --mode=755 "$$(swift build $(RELEASE) --show-bin-path)/tranship" "$(DESTDIR)$(PREFIX)/bin/tranship"

clean:
	swift package clean
	rm -rf .venv

packages:
	@scripts/system-packages

.venv/.ready: scripts/requirements.txt scripts/python-environment
	scripts/python-environment
	@touch $@
