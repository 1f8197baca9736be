# Who may open a client's dossier, and how they get in.
# Needs python3 >= 3.11 with venv, and make. Everything else comes into .venv and .local.

SHELL := /bin/sh
PYTHON ?= python3
UV := .venv/bin/uv
BIN := .venv/bin
PACKAGES := shared/contracts shared/kit services/identity services/dossier services/notifier services/scheduler deploy/local
PROJECTS := pyproject.toml uv.lock $(PACKAGES:%=%/pyproject.toml)
.DEFAULT_GOAL := help
.PHONY: help install demo up test test-browser check bench format migration clean

help: ## Show this help
	@printf 'Dossier Access\n\nUsage: make TARGET\n\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nServers (PostgreSQL, RabbitMQ, nginx) are taken from the environment, else from this machine,\n'
	@printf 'else from Docker, else installed with apt where that is permitted.\n'

demo: .venv/ready ## Play the main job through the gateway (BASE_URL=... for a stack that is up)
	@$(BIN)/python -m local_stack demo $(if $(BASE_URL),--base-url $(BASE_URL)) $(if $(MAIL_URL),--mail-url $(MAIL_URL))

up: .venv/ready ## Start everything and stay until Ctrl-C (PORT=... for the gateway, REMINDERS=PT5S,PT10S)
	@$(BIN)/python -m local_stack up $(if $(PORT),--port $(PORT)) $(if $(REMINDERS),--reminder-offsets $(REMINDERS))

test: .venv/ready ## Run all tests on real servers (ARGS=... for one pytest of your own, WORKERS=1 for one at a time)
ifdef ARGS
	@$(BIN)/python -m pytest $(ARGS)
else
	@$(BIN)/python -m pytest -q tests/unit tests/contracts tests/architecture
	@$(BIN)/python -m pytest tests/integration --numprocesses $(or $(WORKERS),2) --dist loadfile
	@$(BIN)/python -m pytest tests/e2e
endif

test-browser: .venv/ready ## Walk the pages in headless Chromium, with axe (CHROMIUM=/path, SCREENSHOTS=1, ARGS=...)
	@$(UV) sync --locked --quiet --compile-bytecode --group browser
	@$(BIN)/python -m pytest tests/browser $(ARGS)

check: .venv/ready ## Lint, format, types, boundaries, dependencies, migrations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	deploy/check-dependencies.sh
	$(BIN)/python -m local_stack migrations check

bench: .venv/ready ## Measure pipeline, sign-in, mail and decisions against peers and floors (BENCH=sign_in ARGS=... for one)
	@for each in $(or $(BENCH),pipeline sign_in mail decisions); do $(BIN)/python tests/bench/$$each $(ARGS) || exit 1; done

format: .venv/ready ## Put the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

migration: .venv/ready ## Write a migration: SERVICE=identity MESSAGE="add a table"
	@test -n "$(SERVICE)" -a -n "$(MESSAGE)" || { echo 'usage: make migration SERVICE=identity MESSAGE="add a table"' >&2; exit 2; }
	$(BIN)/python -m local_stack migrations new "$(SERVICE)" "$(MESSAGE)"
	@$(BIN)/ruff check --fix --quiet services/$(SERVICE) && $(BIN)/ruff format --quiet services/$(SERVICE)

install: .venv/ready ## Make .venv with everything in it

clean: ## Remove .venv, .local and caches
	rm -rf .venv .local .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo 'python3 was not found; version 3.11 or newer is needed (or set PYTHON=...)' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$$($(PYTHON) --version) is too old: 3.11 or newer is needed (set PYTHON=/path/to/python3.11)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo 'python3 has no working venv module (Debian: apt install python3-venv)' >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'

.venv/ready: .venv/bin/uv $(PROJECTS)
	@$(UV) sync --locked --quiet --compile-bytecode
	@touch $@
