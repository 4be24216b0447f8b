# Daily commands; each builds what it needs. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 8000
export PINGYI_DATA ?= $(CURDIR)/data

.PHONY: help setup messages catalogue run test check bench fuzz study clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready messages ## build the environment in .venv

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed (PYTHON=/path/to/python3)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
		|| { echo "python3-venv is missing (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "Building the environment (a minute or two, once) …"
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

PO := $(shell find src -name '*.po')
messages: $(PO:.po=.mo)
%.mo: %.po $(VENV)/.ready
	@$(BIN)/pybabel --quiet compile -i $< -o $@

catalogue: setup ## gather new texts into the catalogues, and list what lacks its English
	@bin/messages

run: setup ## everything from a bare checkout: environment, demo city, server and worker
	@bin/run

test: setup ## the whole suite on SQLite, then on PostgreSQL
	@bin/test

check: setup ## lint, format, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy

bench: setup ## the benchmarks, with their ratios
	@bin/bench

fuzz: setup ## 100,000 hostile requests to the intake
	@PINGYI_FUZZ_EXAMPLES=100000 $(BIN)/pytest tests/gateway -k fuzz -n auto

study: setup ## a thousand simulated cities: are the intervals what they say? (half an hour)
	@$(BIN)/python -m studies.fair_ranking

clean: ## remove the environment and what was generated, never the data
	@rm -rf $(VENV) .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
	@find src -name '*.mo' -delete
