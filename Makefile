# `make` alone lists what can be done.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JOBS ?= 3

.DEFAULT_GOAL := help
.PHONY: help env demo test check bench matrix clients interop mutants coverage format lock foreign build clean

help: ## list what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

env: $(READY) ## make the environment in .venv, from the lock file

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pop3spec needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

demo: $(READY) ## run the whole suite against the built-in reference server
	@$(BIN)/pop3spec demo

test: $(READY) ## run all tests
	$(BIN)/python -bb -m pytest -n $(JOBS) --dist worksteal

check: $(READY) ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) ## compare the reference server with real ones, and measure the suite
	@$(BIN)/python -m tests.bench

# What tests/foreign, tests/whole and the kill matrix play is not counted: each room has to be reached by its own tests.
# Only faults are left to the matrix, which asks more of each of them than to be reached.
coverage: $(READY) ## run the tests of the rooms and say what they reach; fails below the floor
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n $(JOBS) --dist worksteal \
	    --ignore=tests/foreign --ignore=tests/whole --ignore=tests/faults
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --omit 'conformance/server/faults/*' --fail-under=97

format: $(READY) ## bring the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## write requirements.lock anew from pyproject.toml
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet pip-tools
	$(VENV)-lock/bin/pip-compile --quiet --upgrade --all-extras --generate-hashes --allow-unsafe --strip-extras \
	    --annotation-style=line --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	    --no-emit-options --output-file requirements.lock pyproject.toml
	rm -r $(VENV)-lock

matrix: $(READY) ## play the kill matrix and write reports/kill-matrix.json and .md
	$(BIN)/python -m tests.faults.publish

mutants: $(READY) ## try the tests of monitor and model on a sample of mutants; takes half an hour
	$(PYTHON) -m venv $(VENV)-mutants
	$(VENV)-mutants/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(VENV)-mutants/bin/pip install --quiet --disable-pip-version-check cosmic-ray==8.7.0
	$(VENV)-mutants/bin/python -m tests.mutants

clients: $(READY) ## let real clients meet faults and write reports/clients.md
	$(BIN)/python -m tests.foreign.clients.table

interop: $(READY) ## judge the real servers and write reports/interop
	$(BIN)/python -m tests.foreign.interop

foreign: ## install the real servers, clients and browser that tests start (Debian, as root)
	.ci/foreign-servers
	.ci/browser

build: $(READY) ## make sdist and wheel in dist/
	$(BIN)/python -m hatchling build

clean: ## remove the environment and what tools left behind
	rm -rf $(VENV) $(VENV)-mutants build dist .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
