# Each target does its own set-up: a plain venv and pip, or uv when it is there.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo
JOBS ?= auto
PORT ?= 8501
BIG ?= big-home

.PHONY: help setup demo serve test test-slow screenshots lint format bench bench-dashboards wheel clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/ready: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "fxwatch needs Python 3.11 or newer; none found as $(PYTHON)."; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "fxwatch needs Python 3.11 or newer; $(PYTHON) is older. Name another: make PYTHON=python3.12"; exit 2; }
	@echo "Setting up $(VENV) …"
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv -q --clear --python $(PYTHON) $(VENV) && uv pip install -q --python $(BIN)/python -r requirements.lock && uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(PYTHON) -m venv --clear $(VENV) && $(BIN)/pip install -q --disable-pip-version-check -r requirements.lock && $(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $@

setup: $(VENV)/ready ## Make the environment

demo: $(VENV)/ready ## Invent a sample, load it, run it, show what it found
	@rm -rf $(DEMO)
	@$(BIN)/fxwatch --home $(DEMO) demo

serve: $(VENV)/ready ## Open the dashboards on http://localhost:8501, over the demo when there is no other home
	@test -e $(DEMO) || $(BIN)/fxwatch --home $(DEMO) demo
	@$(BIN)/fxwatch --home $(DEMO) serve dashboard --port $(PORT)

test: $(VENV)/ready ## The tests that CI runs
	@tests/journeys/browser/install.sh
	@$(BIN)/python -m pytest -q -m "not slow" -n $(JOBS)

test-slow: $(VENV)/ready ## Kills, floods, full disks, PostgreSQL, Spark, the wheel
	@tests/postgres/install.sh $(BIN)/python
	@tests/spark/install.sh $(BIN)/python
	@$(BIN)/python -m pytest -q -m slow

screenshots: $(VENV)/ready ## Every screen, both languages, two widths, light and dark, into screenshots/
	@tests/journeys/browser/install.sh
	@$(BIN)/python -m tests.journeys.browser.screenshots screenshots

lint: $(VENV)/ready ## Format and types
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy

format: $(VENV)/ready ## Put the code in form
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: $(VENV)/ready ## Speed beside DuckDB SQL, Polars, pandas and Spark, what is found of what is planted, and the banks' door (minutes; other parts: python -m tests.benchmarks --help)
	@$(BIN)/python -m tests.benchmarks

bench-dashboards: $(VENV)/ready ## First views, interactions and memory of the dashboards over 20 million flows (minutes; 6 GB in big-home)
	@tests/journeys/browser/install.sh
	@test -e $(BIG) || $(BIN)/python -m tests.benchmarks.big_home --flows 20000000 --entities 200000 --home $(BIG)
	@$(BIN)/python -m tests.benchmarks.dashboard --home $(BIG)

wheel: $(VENV)/ready ## Build the wheel into dist/
	@$(BIN)/python -m build --wheel --no-isolation >/dev/null && ls dist/*.whl

clean: ## Remove what was made here
	@rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis $(DEMO) $(BIG)
