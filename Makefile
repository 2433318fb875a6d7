# Two commands do everything: `make demo` and `make test`. They need Python 3.11 or newer, and make.
PYTHON ?= python3
PORT ?= 8000
BIN = .venv/bin
export PYTHONUNBUFFERED = 1

.PHONY: help demo test check format lock clean
.DEFAULT_GOAL = help

help:  ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

demo: .venv/runtime  ## Set up everything and serve the demonstration on http://127.0.0.1:8000 (PORT=8001 to change)
	@SITE_URL=http://127.0.0.1:$(PORT) exec $(BIN)/python manage.py demo --port $(PORT)

test: .venv/development  ## Run all tests (in a browser too, if Chromium is found; REQUIRE_BROWSER=1 insists)
	@$(BIN)/python -m pytest -n auto --dist worksteal

PRODUCTION = DEBUG=0 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') ALLOWED_HOSTS=portal.example.org
check: .venv/development  ## Run the quality gates: format, lint, templates, imports, migrations, deployment
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	git ls-files -z -- '*.html' | xargs -0 $(BIN)/djade --check
	$(BIN)/lint-imports
	$(BIN)/python -W error manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python -W error manage.py check --deploy --fail-level WARNING
	$(BIN)/python -m pytest tests/house

format: .venv/development  ## Put code and templates into the one format
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .
	git ls-files -z -- '*.html' | xargs -0 $(BIN)/djade

COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -q
lock: .venv/runtime  ## Pin the newest allowed versions of the dependencies, with hashes
	$(BIN)/pip install -q uv
	$(COMPILE) --upgrade pyproject.toml -o requirements.txt
	$(COMPILE) --upgrade pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

clean:  ## Remove the virtual environment, the database, uploads and caches
	rm -rf .venv .data .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environments are made again when their lists change.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make demo PYTHON=python3.12"; exit 1; }
	@echo "Making a virtual environment in .venv ..."
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "$(PYTHON) can't make virtual environments; on Debian: apt install python3-venv"; exit 1; }

.venv/runtime: requirements.txt | .venv/bin/python
	@echo "Installing the libraries (a minute the first time) ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/development: requirements-dev.txt | .venv/bin/python
	@echo "Installing the libraries and the tools for tests (a minute the first time) ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/runtime
