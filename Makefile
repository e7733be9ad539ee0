# make serve   the server on [::]:9000        make test     every test that needs Python alone
# make chat    a client on the local server   make interop  the tests with irssi, tmux, containers …
# make bench   measure it                     make check    format, lint, types, import contracts
# make docs    write the generated pages      make mutants  break rules, to see that tests notice
# make help    this list                      make reliability  200 kills, 1,000 cuts, a full disk
# make explore the tests, new examples     make bench-client  beside WeeChat and irssi

# The first of these that is new enough; PYTHON=... names another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
HOST ?= localhost
PORT ?= 9000

.DEFAULT_GOAL := help
.PHONY: help venv serve chat test explore interop check format docs bench bench-check bench-client soak reliability mutants wheel clean

help:
	@sed -n 's/^# //p;/^$$/q' Makefile

# Two stamps: .venv/.run when the commands are installed, .venv/.dev when the tools are too.
# Each is made again only when pyproject.toml has changed since.
.venv/.run: pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed" >&2; exit 2; }
	@echo "setting up .venv" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --upgrade pip
	@$(BIN)/python -m pip install -qq --editable .
	@touch $@

.venv/.dev: .venv/.run pyproject.toml
	@$(BIN)/python -m pip install -qq --editable . --group dev
	@touch $@

venv: .venv/.dev

serve: .venv/.run
	@exec $(BIN)/chatserver --host :: --port $(PORT)

chat: .venv/.run
	@exec $(BIN)/chatclient $(HOST) $(PORT)

test: .venv/.dev
	@$(BIN)/python -m pytest

# The same tests with examples that were not tried before: each run looks somewhere else.
explore: .venv/.dev
	@EXPLORE=1 $(BIN)/python -m pytest $(TESTS)

.venv/bots/.ready: tests/interop/bots.txt .venv/.run
	@$(PYTHON) -m venv .venv/bots
	@.venv/bots/bin/python -m pip install -qq --requirement tests/interop/bots.txt
	@touch $@

interop: .venv/.dev .venv/bots/.ready
	@$(BIN)/python -m pytest -m interop

check: .venv/.dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: .venv/.dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# Every package that makes pages has a module `docs` that writes them.
docs: .venv/.dev
	@set -e; for module in $(patsubst %/docs.py,%.docs,$(wildcard */docs.py)); do \
		$(BIN)/python -m $$module; \
	done

# nats-server comes from PyPI; the other servers are measured where they are installed.
.venv/.bench: .venv/.dev pyproject.toml
	@$(BIN)/python -m pip install -qq --group bench
	@touch $@

bench: .venv/.bench
	@$(BIN)/python -m benchmarks --write docs/performance.md

bench-check: .venv/.dev
	@$(BIN)/python -m benchmarks.check

bench-client: .venv/.dev
	@$(BIN)/python -m benchmarks.client --write docs/client-performance.md

# The simulation: seeds FIRST, FIRST + 1, …
SEEDS ?= 5000
FIRST ?= 0

soak: .venv/.dev
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) --first $(FIRST)

# Real processes; the cuts need root for their network namespaces, and say so without.
KILLS ?= 200
CUTS ?= 1000

reliability: .venv/.dev
	@$(BIN)/python -m tests.reliability kills --kills $(KILLS)
	@$(BIN)/python -m tests.reliability cuts --cuts $(CUTS)
	@$(BIN)/python -m tests.reliability cuts --cuts 300 --archives
	@$(BIN)/python -m tests.reliability full-disk

mutants: .venv/.dev
	@$(BIN)/python -m tests.mutations --write docs/reliability.md

wheel: .venv/.dev
	@$(BIN)/python -m build --wheel --outdir dist

clean:
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
