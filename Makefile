# Everything a person or CI runs. A machine needs python3 (3.11 or later, with venv) and make.
#
#   make demo       verify and merge the demo bundle
#   make test       format, lint, types, ordinary tests
#   make test-slow  the tests that take longer (worst inputs, permutations, browser)
#   make test-cluster  the tests of clusters, object storage and Parquet, which need more packages
#   make docs       the documentation site, in out/docs/site
#   make man        the manual pages, in out/man/man1
#   make js         the JavaScript implementation: types, tests, vectors, Chromium
#   make rust       the Rust implementation: format, lint, tests, vectors; it needs cargo 1.85 or later
#   make long       everything that only repeats, for hours: before a release

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
FUZZ   ?= 1000000
COUNT  ?= 1000000
IMPL   ?= self
# `make differential`.
CASES  ?= 100000
SEED   ?= 1
JOBS   ?= 2
OTHER  ?= node js/worker.js
# The parts of the ordinary tests: those that `make coverage` measures, and the others.
COVERED := cli unit conformance
PLAIN   := hostile others unmeasured
# Of the parts with coverage the files that take long, and reach no line that their neighbours do not.
UNMEASURED := $(addprefix tests/unit/verify/probing/,test_run_envelopes.py test_run_registries.py) \
  $(addprefix tests/cli/,test_conformance.py test_render_hostile.py test_hostile_bundles.py test_next_steps.py)
PYTEST ?= $(BIN)/python -m pytest
DEMO   := vectors/demo/bundle.json --policy vectors/demo/policy.json

RUNTIME := $(VENV)/runtime.stamp
DEV     := $(VENV)/dev.stamp
NODE_DEV := js/node_modules/.package-lock.json
MUTANTS := $(VENV)/mutants.stamp
DOCS    := $(VENV)/docs.stamp
CLUSTER := $(VENV)/cluster.stamp
BENCHMARKS := $(VENV)/benchmarks.stamp

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-slow test-cluster long js rust lint types format unit test-long ordinary coverage environments fuzz bench bench-archive man \
  $(COVERED:%=covered-%) $(PLAIN:%=plain-%) docs vectors vectors-archive conformance broken differential accumulated mutations mutants lock clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#  *\(make .*\)/  \1/p' Makefile
	@echo '  make lint | types | format | unit | coverage | environments | fuzz | bench | bench-archive | docs | vectors | vectors-archive | conformance | broken | differential | accumulated | mutations | mutants | lock | clean'

# The lists are complete and hashed, so nothing is resolved: a resolver would look at the newest
# releases and break an old commit. `pip check` says if a list ever lacks something. The build
# backend is among them, so the package itself installs without fetching anything more.
$(RUNTIME): requirements/cli.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'error: $(PYTHON) must start a Python 3.11 or later; name another with make PYTHON=python3.12' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo 'error: cannot make a virtual environment; on Debian: apt-get install python3-venv' >&2; exit 1; }
	$(PIP) install --no-deps --require-hashes --only-binary :all: -r requirements/cli.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	$(PIP) check
	@touch $@

$(DEV): $(RUNTIME) requirements/dev.txt
	$(PIP) install --no-deps --require-hashes --only-binary :all: -r requirements/dev.txt
	$(PIP) check
	@touch $@

# What only some targets need, each list by its own name.
$(MUTANTS) $(DOCS) $(BENCHMARKS) $(CLUSTER): $(VENV)/%.stamp: $(DEV) requirements/%.txt
	$(PIP) install --no-deps --require-hashes --only-binary :all: -r requirements/$*.txt
	$(PIP) check
	@touch $@

demo: $(RUNTIME)
	@echo '$$ pithbundle verify $(DEMO)'
	@$(BIN)/pithbundle verify $(DEMO)
	@mkdir -p out
	@echo
	@echo '$$ pithbundle merge $(DEMO) -o out/state.json --report out/report.json'
	@$(BIN)/pithbundle merge $(DEMO) -o out/state.json --report out/report.json --force
	@echo
	@echo '$$ pithbundle verify --quiet $(DEMO)'
	@$(BIN)/pithbundle verify --quiet $(DEMO)

test: lint types unit

test-all: test test-slow test-cluster

lint: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(DEV)
	$(BIN)/python -m mypy

unit: $(DEV)
	$(PYTEST) -q

test-slow: $(DEV)
	$(PYTEST) -q -m slow

test-cluster: $(CLUSTER)
	$(PYTEST) -q -m cluster --cov --cov-report=
	$(BIN)/coverage report --include='$(EXTRA)' --fail-under=85

# What only repeats, with more inputs, what the others show. CONTRIBUTING.md says when it is run.
long: $(DEV) $(NODE_DEV)
	.ci/install-tex
	$(MAKE) environments ENVIRONMENTS='--newest-pip --whole'
	$(MAKE) --keep-going -j2 --output-sync=target test-long fuzz mutations differential accumulated JOBS=1

test-long: $(DEV) $(NODE_DEV)
	$(PYTEST) -q -m long --ignore tests/mutations

# Node 20 or later and npm; what is installed serves the tests only and is pinned by hash.
$(NODE_DEV): js/package.json js/package-lock.json js/.npmrc
	cd js && npm ci --silent
	@touch $@

js: $(NODE_DEV)
	cd js && node node_modules/typescript/bin/tsc && node --test test/*.test.js

# Rust 1.85 or later, which nothing here installs. The lock file is made anew where it is missing, and compared with
# the committed list of crates before anything is built.
CARGO := cd rust && cargo
rust/Cargo.lock: rust/Cargo.toml rust/pithbundle-core/Cargo.toml rust/pithbundle-worker/Cargo.toml rust/checksums.txt
	@cargo --version >/dev/null 2>&1 || { echo 'error: `make rust` needs cargo, of Rust 1.85 or later' >&2; exit 1; }
	$(CARGO) generate-lockfile --quiet
	@touch $@

rust: rust/Cargo.lock
	$(PYTHON) tools/check_crates.py
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --quiet --all-targets -- -D warnings
	$(CARGO) test --locked --quiet
	$(CARGO) build --locked --quiet --release

EDGE := src/pithbundle/cli/*,src/pithbundle/net/*,src/pithbundle/archive/*,src/pithbundle/recompute/*,src/pithbundle/store/*,src/pithbundle/mirror/*,src/pithbundle/durable.py,src/pithbundle/output_folder.py,src/pithbundle/files.py,src/pithbundle/spawning.py,src/pithbundle/paper/pdf_process.py,src/pithbundle/__main__.py

# What needs the extra `cluster`: `make test-cluster` covers it, but for what runs in processes of workers.
EXTRA := src/pithbundle/recompute/dask_cluster.py,src/pithbundle/recompute/object_storage.py

# `make -j2 ordinary` runs two of them at a time.
WHERE = tests/$*
plain-unmeasured: WHERE = $(UNMEASURED)
plain-others: WHERE = $(filter-out $(COVERED:%=tests/%) tests/hostile,$(patsubst %/,%,$(wildcard tests/*/)))
$(COVERED:%=covered-%): covered-%: $(DEV)
	COVERAGE_FILE=.coverage.$* $(PYTEST) -q --cov --cov-report= -p no:cacheprovider $(WHERE) $(UNMEASURED:%=--ignore=%)
$(PLAIN:%=plain-%): plain-%: $(DEV)
	$(PYTEST) -q -p no:cacheprovider $(WHERE)
# Every ordinary test once, and the coverage.
ordinary: coverage $(PLAIN:%=plain-%)

# The core must reach every branch by the tests of its modules, of the vectors and of the command line.
# The edge (files, command line) has error paths that only a broken disk or terminal reaches: those it tests
# by injection, to a lower floor.
coverage: $(COVERED:%=covered-%)
	$(BIN)/coverage combine --quiet $(COVERED:%=.coverage.%)
	$(BIN)/coverage report --omit='$(EDGE)' --fail-under=100
	$(BIN)/coverage report --include='$(EDGE)' --omit='$(EXTRA)' --fail-under=95

# Fresh environments: the oldest pip, another Python, the source archive, the wheel.
# ENVIRONMENTS='--newest-pip' adds the newest pip of the index, --whole what only repeats; '--only wheel' runs one.
environments: $(DEV)
	PYTHONPATH=tests:tools $(BIN)/python -m environments.run $(ENVIRONMENTS)

# FUZZ fresh random inputs for each reader, and 2,000 examples of each property, unlike the ordinary
# run, which is reproducible.
fuzz: $(DEV)
	PITHBUNDLE_FUZZ=$(FUZZ) $(PYTEST) -q -m 'fuzz or hypothesis' --hypothesis-profile=fuzz

bench: $(BENCHMARKS)
	@for script in $(filter-out %/against.py %/recompute.py %/recompute_page.py,$(wildcard benchmarks/*.py)); do \
	  $(BIN)/python "$$script" || exit 1; done
	$(if $(BASE),$(BIN)/python benchmarks/against.py --base '$(BASE)')

# Generated archives, of SIZES bundles; then recompute against other programs, on an idle machine.
# SAVE=benchmarks/recompute.json keeps the figures, and benchmarks/recompute_page.py writes docs/scale.md of them.
bench-archive: $(BENCHMARKS)
	$(BIN)/python benchmarks/archives.py $(SIZES)
	$(BIN)/python benchmarks/recompute.py $(if $(SIZES),--sizes $(SIZES)) $(if $(SAVE),--save '$(SAVE)')

# The site; any broken link or anchor, and any public name without documentation, is an error.
docs: $(DOCS)
	PYTHONPATH=tools $(BIN)/python -m docsite out/docs

# One page a command, from the same declarations as --help; man finds them with MANPATH=out/man.
man: $(RUNTIME)
	mkdir -p out/man
	$(BIN)/pithbundle man --out-dir out/man/man1 --force

vectors: $(DEV)
	PYTHONPATH=tests:tools $(BIN)/python -m kit.demo --write
	PYTHONPATH=tests $(BIN)/python tools/make_ed25519_vectors.py --write
	PYTHONPATH=tests:tools $(BIN)/python -m vectorgen --write
	PYTHONPATH=tests:tools $(BIN)/python -m specgen --write

# The vectors for a release: the same bytes from the same commit.
vectors-archive: vectors
	mkdir -p dist
	PYTHONPATH=tests:tools $(BIN)/python -m vectorgen --archive dist/pithbundle-vectors.tar

# Our implementation against the vectors; another with IMPL='command'.
conformance: $(RUNTIME)
	$(BIN)/pithbundle conformance run --impl '$(IMPL)'

# Wrong variants of js against the vectors: tests/mutations/javascript/README.md. VARIANTS='FOLDER --passed' names others.
broken: $(DEV)
	PYTHONPATH=tests:tools $(BIN)/python -m js.variants $(VARIANTS)

# Two implementations, or OTHER='command' and ours, on CASES drawn and spoilt bundles, one process for each of JOBS seeds: about five
# minutes of two cores. The first disagreement is shrunk to a vector in out. Another SEED draws others.
differential: $(RUNTIME)
	mkdir -p out
	seq $(JOBS) | xargs -P $(JOBS) -I '{}' $(BIN)/pithbundle conformance run --impl self --impl '$(OTHER)' \
	  --differential $$(( $(CASES) / $(JOBS) )) --seed '$(SEED)-{}' --found out --force

# One digest over COUNT merges: vectors/accumulated.md. Ten minutes for the million.
accumulated: $(DEV)
	PYTHONPATH=tests:tools $(BIN)/python -m vectorgen --accumulated $(COUNT)

# The committed mutations, each of which its tests must notice: tests/mutations/README.md.
mutations: $(DEV)
	$(PYTEST) -q tests/mutations -m 'long or not long'

# Every mutation that a tool can think of; its survivors belong into tests/mutations/SURVIVORS.md.
# On a copy, since the tool writes beside what it mutates.
mutants: $(MUTANTS)
	rm -rf out/mutants
	mkdir -p out/mutants
	cp -R src tests tools vectors pyproject.toml README.md spec.md spec out/mutants
	cd out/mutants && $(abspath $(BIN))/mutmut run --max-children 1
	cd out/mutants && $(abspath $(BIN))/mutmut results

# Needs the tool uv; nothing else here does.
lock:
	for name in runtime cli dev mirror mutants docs cluster benchmarks; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage dist build
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
