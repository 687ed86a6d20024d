# Everything a person or the CI does here. `make` alone lists it.
SHELL := /bin/sh
PYTHON ?= python3
PY := .venv/bin/python
SOURCES := app.py bot blocks handlers storage sandbox bench
APT := DEBIAN_FRONTEND=noninteractive apt-get

.DEFAULT_GOAL := help
.PHONY: help setup run check test bench chaos chromium lock clean

help: ## list what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 16

setup: .venv/run.stamp ## build what the desk needs, in .venv

run: setup ## serve the desk; without Slack tokens, in the sandbox on this machine
	@exec $(PY) app.py

check: .venv/test.stamp ## lint, format, types, import contracts, playbooks
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(SOURCES)
	.venv/bin/lint-imports
	$(PY) app.py sop check

test: .venv/test.stamp chromium ## run every test, in parallel, in a real browser too
	$(PY) -m pytest -n 2 $(ARGS)

bench: .venv/test.stamp ## measure how quick it is; ONLY=name, ROUNDS=5, WRITE=1 for the README
	$(PY) -m bench $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(WRITE),--write)

chaos: .venv/test.stamp ## kill it at random and audit; ROUNDS=200, SEED=n, DATABASE=sqlite|postgresql|both
	$(PY) -m tests.chaos $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)) \
		$(if $(DATABASE),--database $(DATABASE)) $(if $(FOLLOW_UPS),--follow-ups $(FOLLOW_UPS))

lock: .venv/run.stamp ## resolve pyproject.toml's ranges anew; UPGRADE=1 takes the newest of each
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install -q pip-tools
	$(PIP_COMPILE) -o requirements.txt pyproject.toml
	$(PIP_COMPILE) --extra test -c requirements.txt -o requirements-test.txt pyproject.toml

clean: ## remove what was built; cases and settings stay
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The locks hold hashes and no address: they install from whatever index this machine's pip uses.
PIP_COMPILE = build/lock/bin/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --no-config \
	$(if $(UPGRADE),--upgrade)
INSTALL = $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r

.venv/run.stamp: requirements.txt
	@$(MAKE_VENV)
	$(INSTALL) requirements.txt
	@touch $@

.venv/test.stamp: requirements-test.txt .venv/run.stamp
	$(INSTALL) requirements-test.txt
	@touch $@

# A bare Debian has python3 without venv; as root we fetch it, otherwise we say what is missing.
define MAKE_VENV
set -e; \
command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is $$($(PYTHON) -V), but the desk needs 3.11 or newer. Name one: make PYTHON=/path/to/python3" >&2; exit 1; }; \
if $(PY) -m pip --version >/dev/null 2>&1; then exit 0; fi; \
if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		$(APT) update -qq && $(APT) install -qqy --no-install-recommends python3-venv; \
	else \
		echo "$(PYTHON) cannot make virtual environments. Install them: sudo apt-get install python3-venv" >&2; exit 1; \
	fi; \
fi; \
$(PYTHON) -m venv --clear .venv
endef

# The browser tests find it by CHROMIUM, or by one of these names.
chromium:
	@for name in "$$CHROMIUM" chromium chromium-browser google-chrome; do \
		[ -n "$$name" ] && command -v "$$name" >/dev/null && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		$(APT) update -qq && $(APT) install -qqy --no-install-recommends chromium fonts-liberation; \
	else \
		echo "The browser tests need Chromium. Install it (sudo apt-get install chromium), or name one: make test CHROMIUM=/path/to/chromium" >&2; exit 1; \
	fi
