# Two commands: `make demo` runs the demonstration, `make test` the tests. `make` alone lists the others.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
PYTHON := $(VENV)/bin/python
STAMPS := $(VENV)/stamps
DATA := $(or $(JUANZONG_DATA_DIR),var)
MANAGE := $(PYTHON) manage.py
# Preparing says little; `serve` and its parts log as settings say.
QUIETLY := JUANZONG_LOG_LEVEL=$(or $(JUANZONG_LOG_LEVEL),WARNING) $(MANAGE)
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input --retries 8 --require-hashes
CODE := manage.py dms ocr search workflows tests benchmarks
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po locale/shell/*/LC_MESSAGES/*.po))
STATIC_FILES := $(shell find dms ocr search workflows -path '*/static/*' -type f 2>/dev/null)
# Resolved for the oldest Python that is promised: Debian 12 has 3.11.2, and some packages ask for a later 3.11.
LOCK := $(VENV)/bin/uv pip compile --quiet pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

# SERVE=0 ends `make demo` after the intake; SCANS=n makes fewer demonstration scans; BIND=host:port is where it serves;
# WORKERS=n for the tests.
SERVE ?= 1
BIND ?= 127.0.0.1:8000
SCANS ?=
BENCH ?= $(basename $(notdir $(filter-out %/__init__.py,$(wildcard benchmarks/*.py))))
WORKERS ?= auto
COUNT ?= 10000
# ON_POSTGRESQL="tests/core tests/journal" runs only these folders there.
ON_POSTGRESQL ?= tests
SEED ?= 1

.PHONY: help demo run install prepare system system-tests test test-all test-postgresql check lint types layers migrations templates \
	system-check format bench fuzz lock messages docs clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 14

demo: prepare ## install what is missing, load the demonstration, serve it (SERVE=0: stop after the intake)
	@$(QUIETLY) demonstrate $(if $(SCANS),--scans $(SCANS))
	@if [ "$(SERVE)" != 0 ]; then exec $(MANAGE) serve --bind $(BIND); fi

run: prepare ## serve without the demonstration
	@exec $(MANAGE) serve --bind $(BIND)

install: system $(STAMPS)/runtime $(CATALOGUES) ## system packages, virtual environment, message catalogues

prepare: install $(DATA)/static/.collected
	@$(QUIETLY) migrate --no-input --verbosity 0

test: system-tests $(STAMPS)/dev $(CATALOGUES) ## all tests but the long matrices, browser tests included
	@$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile -m "not long"

test-all: system-tests $(STAMPS)/dev $(CATALOGUES) ## the long matrices too
	@$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile

test-postgresql: system-tests $(STAMPS)/dev $(CATALOGUES) ## whatever touches the database again, on a PostgreSQL of its own
	@.ci/with-postgresql $(PYTHON) -m pytest -n $(WORKERS) --dist loadfile -m "database and not long and not browser and not engine" $(ON_POSTGRESQL)

check: ## lint, types, import contract, migrations, templates; everything is checked even where something fails
	@$(MAKE) --keep-going lint types layers migrations templates system-check

lint: $(STAMPS)/dev
	@$(VENV)/bin/ruff check --quiet $(wildcard $(CODE))
	@$(VENV)/bin/ruff format --quiet --check $(wildcard $(CODE)) || { echo "Not formatted: run 'make format'."; exit 1; }

types: $(STAMPS)/dev
	@$(PYTHON) -m mypy

layers: $(STAMPS)/dev
	@$(VENV)/bin/lint-imports --no-logo 2>&1 || exit 1

migrations: $(STAMPS)/dev
	@$(QUIETLY) makemigrations --check --dry-run --verbosity 1

templates: $(STAMPS)/dev
	@$(VENV)/bin/djlint templates --lint --quiet
	@$(VENV)/bin/djlint templates --check --quiet || { echo "Not formatted: run 'make format'."; exit 1; }

system-check: $(STAMPS)/dev $(CATALOGUES)
	@$(QUIETLY) check --fail-level WARNING

format: $(STAMPS)/dev ## bring Python and templates into the one format
	@$(VENV)/bin/ruff check --quiet --fix-only $(wildcard $(CODE))
	@$(VENV)/bin/ruff format --quiet $(wildcard $(CODE))
	@$(VENV)/bin/djlint templates --reformat --quiet >/dev/null || true

bench: system $(STAMPS)/dev $(CATALOGUES) ## measure everything (BENCH=name: one); docs/benchmarks.md says what and how
	@for name in $(BENCH); do echo "== $$name"; $(PYTHON) -m benchmarks.$$name $(ARGS); done

fuzz: system-tests $(STAMPS)/dev $(CATALOGUES) ## send spoiled files through the intake (COUNT=10000 SEED=1)
	@$(PYTHON) -m tests.faults.fuzz --count $(COUNT) --seed $(SEED)

lock: $(STAMPS)/dev ## resolve pyproject.toml again into the hashed locks (UPGRADE=1: newest versions)
	@$(LOCK) $(if $(UPGRADE),--upgrade) --extra dev -o requirements-dev.txt
	@$(LOCK) $(if $(UPGRADE),--upgrade) --constraint requirements-dev.txt -o requirements.txt

messages: system $(STAMPS)/dev ## gather the words of every screen into locale/
	@$(QUIETLY) makemessages --locale zh_Hans --no-obsolete --no-wrap --add-location file \
		--ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*' --ignore 'benchmarks/*' --verbosity 0

docs: $(STAMPS)/dev ## write the generated page docs/rules.md
	@$(PYTHON) -m tests.architecture.rules docs/rules.md

clean: ## remove caches and compiled files (data in var/ and .venv stay)
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache $(CATALOGUES)
	@find $(wildcard $(CODE)) -name __pycache__ -type d -prune -exec rm -rf {} +

system:
	@.ci/system-packages

system-tests:
	@.ci/system-packages --tests

$(PYTHON): | system
	@python=$$(.ci/find-python); echo "Making $(VENV) with $$python"; "$$python" -m venv --clear $(VENV)

$(STAMPS)/runtime: requirements.txt | $(PYTHON)
	@echo "Installing Python packages from $<"; $(PIP) -r $<
	@mkdir -p $(@D) && touch $@

$(STAMPS)/dev: requirements-dev.txt | $(PYTHON)
	@echo "Installing Python packages from $<"; $(PIP) -r $<
	@mkdir -p $(@D) && touch $@

%.mo: %.po
	@msgfmt --check-format -o $@ $<

$(DATA)/static/.collected: $(STAMPS)/runtime $(STATIC_FILES)
	@mkdir -p $(DATA)
	@$(QUIETLY) collectstatic --no-input --verbosity 0
	@touch $@
