# Everything sets up what it needs inside .venv; nothing outside this folder is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: demo test refresh venv dev lint types tests drill drill-full bench pins clean

demo: venv ## the main job over recorded responses: no network, no key
	@rm -rf demo
	@echo "== two dated editions of the pricing page, one after the other"
	@$(BIN)/python -m scraper refresh google/gemini-api --replay examples/demo/replay --to demo
	@echo; echo "== what changed (ratecards changes)"
	@$(BIN)/ratecards changes --dataset demo --since 2026-11-02
	@echo; echo "== what is announced (ratecards upcoming)"
	@$(BIN)/ratecards upcoming --dataset demo --on 2026-11-15
	@echo; echo "== one rate card (ratecards show gemini-3.1-flash-live-preview)"
	@$(BIN)/ratecards show gemini-3.1-flash-live-preview --dataset demo --on 2026-11-15
	@echo; echo "The pages are examples, written for this demo. What was made of them:"
	@echo "  demo/ratecards/cards/     one YAML rate card per model, each rate with its quote"
	@echo "  demo/ratecards/history/   every change, append-only; it folds to the cards"
	@echo "  demo/ratecards/v1/        rates.csv, rates.json, changes.json, upcoming.json, tables/*.md"
	@echo "Next: make refresh (the live pages), $(BIN)/ratecards models (the real dataset), make test"

test: lint types tests ## lint, types, tests with their coverage gate

refresh: venv ## the same run against the live pages
	$(BIN)/python -m scraper refresh

venv: $(VENV)/.run
$(VENV)/.run: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --no-deps -r requirements.txt
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

dev: $(VENV)/.dev
$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@$(PIP) install --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev
	$(BIN)/mypy

tests: dev
	$(BIN)/python -m pytest --cov --cov-report=term

drill: dev ## twelve thousand changed and broken pages: nothing wrong may be published, nothing lost unnoticed
	$(BIN)/python -m tests.drill

drill-full: dev ## the same over a sample of the captures in RATECARDS_CAPTURES
	$(BIN)/python -m tests.drill --full --share 0.2

bench: dev ## ratios within one run
	$(BIN)/python -m bench

pins: ## renew the pins; needs uv
	uv pip compile pyproject.toml --group run --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements.txt
	uv pip compile pyproject.toml --group run --group dev --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements-dev.txt

clean:
	rm -rf $(VENV) demo site build dist .coverage
