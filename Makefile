# Everything a fresh clone needs: python3 of at least 3.11 with its venv module, and make.
# PYTHON=/path/to/python chooses another interpreter, ARGS=... goes to the program behind a target.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Stamps: nothing is done twice, a changed pin installs again, and what was interrupted is not taken for done.
MADE := $(VENV)/.made
RUN := $(VENV)/.ready-run
DEV := $(VENV)/.ready-dev
BENCH := $(VENV)/.ready-bench

.PHONY: help demo test slow late check bench screenshots clean distclean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1#\2/p' $(firstword $(MAKEFILE_LIST)) | column -t -s '#' 2>/dev/null \
		|| sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1  \2/p' $(firstword $(MAKEFILE_LIST))

demo: $(RUN) ## open the screen on sample jobs; ARGS=DIR puts them elsewhere
	@$(BIN)/wjtui demo $(ARGS)

test: $(DEV) ## run the tests; ARGS="-k name" chooses some
	$(BIN)/python -m pytest $(ARGS)

slow: $(DEV) ## the tests that take minutes, such as a year of schedules
	$(BIN)/python -m pytest -m slow $(ARGS)

late: $(DEV) ## the tests on a machine that is busy now and then: finds who asks too early
	LATE_THREADS=0.1 LATE_WIRE=0.1 LATE_LOOP=0.3 PYTHONPATH=$(CURDIR)/tests/late $(BIN)/python -m pytest --timeout 150 $(ARGS)

check: $(DEV) ## format, lint, types, imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

bench: $(BENCH) ## measure speed and reliability; never part of the tests
	$(BIN)/python -m tests.bench $(ARGS)

screenshots: $(DEV) ## make the pictures in screenshots/ anew
	$(BIN)/python -m tests.screenshots $(ARGS)

clean: ## remove what tools have left
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find wjtui tests -type d -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## the same, and the virtual environment
	rm -rf $(VENV)

$(RUN): $(MADE) pyproject.toml constraints.txt
	@echo "Installing wjtui into $(VENV)"
	@$(PIP) --editable .
	@touch $@

$(DEV): $(MADE) pyproject.toml constraints.txt
	@echo "Installing wjtui and what its tests need into $(VENV)"
	@$(PIP) --editable '.[dev,web]'
	@touch $@ $(RUN)

$(BENCH): $(DEV)
	@echo "Installing what the benchmarks compare with into $(VENV)"
	@$(PIP) --editable '.[dev,web,bench]'
	@touch $@

# A virtual environment that works is kept, whoever made it. Order of the candidates for a new one: what is
# called python3, then the newest. Debian keeps what the module venv needs (ensurepip) in a package of its own.
$(MADE):
	@if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
			"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
			python=; \
		done; \
		if [ -z "$$python" ]; then \
			echo "$(or $(PYTHON),python3) is not Python 3.11 or newer: install one, or name it: make $(or $(MAKECMDGOALS),demo) PYTHON=/path/to/python" >&2; \
			exit 1; \
		fi; \
		if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
			package=$$(basename "$$python")-venv; \
			echo "$$package is missing: sudo apt-get install $$package" >&2; \
			exit 1; \
		fi; \
		echo "Creating $(VENV) with $$("$$python" --version)"; \
		"$$python" -m venv --clear $(VENV); \
	fi
	@touch $@
