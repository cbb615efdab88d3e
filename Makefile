# What a person does with this project, one word each. Needs Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# The demo needs what production needs, and no tools: a small part of what `make setup` installs. Where that is, it serves.
DEMO := $(if $(wildcard $(VENV)/.installed),$(VENV),.venv-demo)
UPGRADE ?= --upgrade
CHECK_PYTHON := $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with PYTHON=…")'

VERSION = $(shell sed -n 's/^__version__.*"\(.*\)"$$/\1/p' bot/__init__.py)

.PHONY: setup demo demo-text pictures test soak bench check lock image release-check clean

setup: $(VENV)/.installed

$(VENV)/.installed: requirements-dev.txt pyproject.toml
	$(CHECK_PYTHON)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.txt
	@# setuptools warns of every editable installation.
	PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: $(DEMO)/.installed  ## the bot among stand-ins for Slack and Telnyx, as a web page; OPTIONS="--no-browser"
	@echo "Starting the bot, its stand-ins for Slack and Telnyx, and the page."
	@$(DEMO)/bin/python -m sandbox.page $(OPTIONS)

demo-text: $(DEMO)/.installed  ## the same in a terminal: every sample event, printed as a person reads it; KEEP=1 leaves it running
	@$(DEMO)/bin/python -m sandbox.demo $(if $(KEEP),--keep)

.venv-demo/.installed: requirements.txt
	@$(CHECK_PYTHON)
	@echo "1 of 2: creating a virtual environment in .venv-demo, this once."
	@$(PYTHON) -m venv .venv-demo
	@echo "2 of 2: installing what the bot needs from requirements.txt into it."
	@# Without bytecode, which Python writes for the modules that it imports.
	@.venv-demo/bin/pip install --quiet --disable-pip-version-check --no-compile --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

pictures: setup  ## the cards as the page draws them, for README and docs/cards.md; needs Chromium and a font with emoji
	$(BIN)/python -m sandbox.page.screenshots

test: setup  ## in some processes at once; FULL=1 tries all, as CI does; ARGS="tests/handlers -x": some; ARGS="-n 0 …": in one process
	@# With bytecode, whatever the shell says: to compile the tests takes each process 3 s.
	PYTHONDONTWRITEBYTECODE= $(if $(FULL),FULL=1 )$(BIN)/pytest -n auto $(ARGS)

soak: setup  ## two bots on one Redis that answer and watch, with faults and kills; MINUTES=n, or OPTIONS="--help"; HOSTILE=1: attackers instead
	$(BIN)/python -m sandbox.soak --minutes $(or $(MINUTES),5) $(if $(HOSTILE),--hostile) $(OPTIONS)

bench: .venv-bench/.installed  ## the promises about speed, measured beside their peers; QUICK=1 only tries it; ONLY="lookups calls": some parts; RECORD=1 records the instructions
	.venv-bench/bin/python -m bench $(if $(QUICK),--quick) $(if $(RECORD),--record) $(if $(ONLY),--only $(ONLY))

.venv-bench/.installed: requirements-bench.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-bench.txt
	touch $@

check: setup  ## lint, format, types, which module may import which, and known vulnerabilities of what is installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	.ci/audit $(BIN)/pip-audit

lock: setup  ## renew the pinned, hashed requirements; UPGRADE= only adds and removes what pyproject.toml says
	$(BIN)/uv pip compile --quiet --universal $(UPGRADE) --generate-hashes --no-annotate --python-version 3.11 \
		--custom-compile-command 'make lock' --extra replicas pyproject.toml --group build --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal $(UPGRADE) --generate-hashes --no-annotate --python-version 3.11 \
		--custom-compile-command 'make lock' --constraint requirements.txt --extra replicas pyproject.toml --group dev --output-file requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal $(UPGRADE) --generate-hashes --no-annotate --python-version 3.11 \
		--custom-compile-command 'make lock' --constraint requirements.txt pyproject.toml --group bench --output-file requirements-bench.txt

image:  ## the bot in a container, portout-bot:<version>; needs docker
	docker build --build-arg VERSION=$(VERSION) --tag portout-bot:$(VERSION) .

release-check: setup  ## can what is committed be released? Committed as a whole, described, pinned as declared, checked and tested
	.ci/release-check $(VERSION)
	$(MAKE) lock UPGRADE=
	git diff --exit-code -- requirements.txt requirements-dev.txt requirements-bench.txt
	$(MAKE) check
	$(MAKE) test
	@echo "Version $(VERSION) can be released: CONTRIBUTING.md has the steps."

clean:
	rm -rf .venv .venv-* *.egg-info build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
