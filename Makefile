# make demo: an environment, the sample company's review documents.   make test: everything that CI runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
TEST := $(BIN)/python -m pytest -q
# what waits for a browser, a scheduler or papermill's own kernel: on a busy machine, what failed there gets a second try, alone
FOREIGN := browser or cluster or peer
.DEFAULT_GOAL := help

.PHONY: demo test check lab lint bench clean help lock

help: ## what there is to make
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 8

$(VENV)/.run: requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps -e .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(PIP) install --require-hashes -r requirements-dev.lock
	touch $@

demo: $(VENV)/.run ## review documents of the sample company
	$(BIN)/workbook plans fill-sample --book data/sample
	$(BIN)/workbook review --book data/sample

test: check ## everything that CI runs

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint ## lint, types, layers, tests, notebooks
	$(TEST) -n 2 --dist loadfile -m "not ($(FOREIGN))"
	$(TEST) -n 2 --dist loadfile -m "$(FOREIGN)" || $(TEST) --last-failed -m "$(FOREIGN)"
	WORKBOOK_BOOK=$(CURDIR)/data/sample $(TEST) --nbval-lax --nbval-current-env -p no:warnings -n 2 --dist loadfile notebooks

lab: $(VENV)/.run ## JupyterLab on the sample book
	$(BIN)/workbook lab --book data/sample

bench: $(VENV)/.dev ## ratios against peers; needs the network once, for the peers
	$(PIP) install -r tests/benchmarks/requirements.txt
	$(BIN)/python -m tests.benchmarks

lock: $(VENV)/.dev ## pin again what the lock files pin
	$(PIP) install uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --extra cluster --extra pdf --extra postgres pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove what was made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis data/sample/documents data/sample/.cache
