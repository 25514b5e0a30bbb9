# Every developer command. `make demo` and `make test` set up all they need by themselves.
SHELL := /bin/bash
.DEFAULT_GOAL := help
UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never
# Every test process, and each the tests start, would read all source anew: three seconds instead of one.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
UV := .tools/bin/uv
RUN := $(UV) run --frozen --no-sync
SIZE ?= 10000
WORKERS ?= 2
DATABASE ?= sqlite
PAIRS ?= 5

.PHONY: help setup setup-dev browser demo test test-sqlite test-postgres fast prove check fix bench sbom

help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(UV):
	@$(PYTHON) -m venv .tools || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 2; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.installed: $(UV) pyproject.toml uv.lock
	@$(UV) sync --quiet --frozen --no-dev --python $(PYTHON)
	@touch $@

.venv/.installed-dev: $(UV) pyproject.toml uv.lock
	@$(UV) sync --quiet --frozen --python $(PYTHON)
	@touch $@ .venv/.installed

setup: .venv/.installed ## Install Muster into .venv

setup-dev: .venv/.installed-dev

browser:
	@scripts/setup-browser

demo: setup ## Start Muster with a demo organisation and print a sign-in for each role
	@.venv/bin/muster demo

test: setup-dev browser ## Run every test, on SQLite and, where one is reachable, on PostgreSQL
	@$(MAKE) --no-print-directory test-sqlite test-postgres

test-sqlite: setup-dev
	@$(RUN) pytest -q -n $(WORKERS) --dist worksteal

test-postgres: setup-dev
	@scripts/with-postgres $(RUN) pytest -q -n $(WORKERS) --dist worksteal -m "db or web"

fast: setup-dev ## Run the tests that need no browser, on SQLite
	@$(RUN) pytest -q -n $(WORKERS) --dist worksteal -m "not flow"

prove: setup-dev ## Run the long proofs (100 backups under load, 50 times kill -9), on both databases
	@$(RUN) pytest -q -n $(WORKERS) --dist worksteal -m prove
	@scripts/with-postgres $(RUN) pytest -q -n $(WORKERS) --dist worksteal -m prove

check: setup-dev ## Format, lint, types, import contracts, sizes, migrations, deploy check
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy src
	@$(RUN) lint-imports --no-cache
	@$(RUN) python scripts/check_sizes.py
	@MUSTER_HOME=$$(mktemp -d) $(RUN) muster manage makemigrations --check --dry-run
	@MUSTER_HOME=$$(mktemp -d) MUSTER_HOSTS=muster.example.org $(RUN) muster manage check --deploy --fail-level WARNING

fix: setup-dev ## Format and mend what a machine can mend
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .

sbom: setup-dev ## Write sbom.json: everything in Muster that is not ours, with hashes
	@$(RUN) python scripts/make_sbom.py sbom.json

bench: setup-dev ## Measure; SIZE=1000000 DATABASE=postgres ONLY=a1,c2 PAIRS=3 as you like
	@$(UV) sync --quiet --frozen --group bench --python $(PYTHON)
	@$(RUN) python -m benchmarks --size $(SIZE) --database $(DATABASE) --pairs $(PAIRS) --only "$(ONLY)"
