# The commands of the project. `make` alone lists them. All run from a plain checkout: what they
# need is made in .venv by `make setup`, and no environment has to be active.
# ARGS goes to the command, for example: make build ARGS="--select customers+"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test test-spark lint fix docs land build update bench bench-full clean

# Used once, to make .venv: `make setup PYTHON=python3.12`.
PYTHON ?= python3
UV_VERSION := 0.13.9
ARGS ?=

BIN := .venv/bin
STAMP := .venv/.set-up
BEGUN := .venv/.set-up-begun
SYNC := env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never \
	$(BIN)/uv sync --quiet --frozen --inexact --python $(BIN)/python
HERE := --project-dir . --profiles-dir .
# Without the tests whose cost grows with the history; `make build` runs them, too.
UPDATE := $(BIN)/sluice update $(HERE) --exclude tag:thorough
LAND := $(BIN)/python scripts/land_cdc.py $${SLUICE_LANDING:+--out "$$SLUICE_LANDING/customers_cdc"}
# Below .state, not under target: linting and testing never touch the pipeline's own files.
LINT := SLUICE_DB=.state/lint/sluice.duckdb DBT_TARGET_PATH=.state/lint/target DBT_LOG_PATH=.state/lint/logs
SUPPORTED := import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))

help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## Make .venv with the versions of uv.lock (needs Python 3.10 to 3.13)
	@:

# The stamp comes last. A set-up that was cut off leaves BEGUN behind, and the next one starts over.
$(STAMP): pyproject.toml uv.lock
	@command -v $(PYTHON) >/dev/null || { \
	    echo "$(PYTHON) was not found. sluice needs Python 3.10 to 3.13; name one: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c "$(SUPPORTED)" || { \
	    echo "sluice needs Python 3.10 to 3.13, and $(PYTHON) is $$($(PYTHON) --version 2>&1). Name one: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { \
	    echo "$(PYTHON) has no venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv"
	@if [ -e $(BEGUN) ] || ! $(BIN)/python -c "$(SUPPORTED)" 2>/dev/null; then $(PYTHON) -m venv --clear .venv; fi
	@touch $(BEGUN)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(SYNC) --system-certs || { echo "Once more, with uv's own certificates" >&2; $(SYNC); }
	@rm -f $(BEGUN) && touch $(STAMP)

run: setup ## Land the next batch of events, build everything, show what happened
	@$(LAND)
	@$(UPDATE) $(ARGS); code=$$?; $(BIN)/sluice status $(HERE); exit $$code
	@printf '%s\n' '' 'Next' '  make docs' '      the docs site: lineage, columns, tests' \
	    "  .venv/bin/dbt show --inline 'select * from customers'" '      look at a table' \
	    '  .venv/bin/sluice quarantine' '      what was dropped, and by which rules' \
	    '  target/sluice.html' '      the pipeline as a page'

test: setup ## Run all tests: scripts, macros, then dbt's own in a scratch pipeline
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)
	@echo "A pipeline in a scratch folder, two batches: dbt's unit tests and data tests"
	@set -e; scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; trap 'exit 130' INT TERM; \
	export SLUICE_DB="$$scratch/sluice.duckdb" SLUICE_LANDING="$$scratch/landing"; \
	export DBT_TARGET_PATH="$$scratch/target" DBT_LOG_PATH="$$scratch/logs"; \
	for batch in 1 2; do \
	    $(BIN)/python scripts/land_cdc.py --out "$$scratch/landing/customers_cdc"; \
	    $(BIN)/dbt build $(HERE); \
	done

test-spark: setup ## Run what is known to pass on Spark with Iceberg, on a cluster made for it (needs Java 17)
	@$(BIN)/python tests/environments.py spark
	@.state/dbts/spark/bin/python -m pytest --engine spark -n 2 --dist loadfile @tests/functional/on_spark.txt $(ARGS)

lint: setup ## Check Python, SQL and YAML
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/yamllint --strict .
	@mkdir -p .state/lint
	@$(LINT) $(BIN)/sqlfluff lint --disable-progress-bar models snapshots

fix: setup ## Repair what the linters can repair, and what is written by script
	@$(BIN)/python tests/house/private_macros.py
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@mkdir -p .state/lint
	@$(LINT) $(BIN)/sqlfluff fix --disable-progress-bar models snapshots

docs: setup ## Build the docs site, one file
	@$(BIN)/dbt docs generate --static $(HERE) $(ARGS)
	@echo "The docs site: $(CURDIR)/target/static_index.html"

land: setup ## Land the next batch of change events
	@$(LAND) $(ARGS)

build: setup ## Build and test everything that has new input (dbt build)
	@$(BIN)/dbt build $(HERE) $(ARGS)

update: setup ## sluice update, as cron calls it: lock, dbt build, one line in logs/update.log
	@$(UPDATE) --quiet $(ARGS)

bench: setup ## Measure against SQL by hand, dbt's own models, dlt and SQLMesh: 100,000 events, minutes
	@$(BIN)/python benchmarks/bench.py $(ARGS)

bench-full: setup ## The same with 1 million events and growth to 10 million; rewrites the figures of the READMEs
	@$(BIN)/python benchmarks/bench.py --events 1000000 --growth 1000000 10000000 --write $(ARGS)

clean: ## Remove the database, the landed files and all build output; keep .venv
	@rm -rf landing target logs .state sluice.duckdb sluice.duckdb.wal
	@rm -rf .pytest_cache .ruff_cache .hypothesis
