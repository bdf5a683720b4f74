PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
OCR := .venv/ocr

.PHONY: setup run test check accuracy scans mutations fuzz web rebuilds bench docs clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "gongkai needs Python 3.11 or newer; $$($(PYTHON) -V) was found (set PYTHON=...)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The main job on the bundled sample, served by a small local web server.
run: $(READY)
	$(BIN)/gongkai run

test: $(READY) $(OCR)
	$(BIN)/python -m pytest -n auto --dist loadfile --ignore tests/test_scans.py
	PYTHONPATH=$(OCR) $(BIN)/python -m pytest tests/test_scans.py

# The extra `ocr` beside the environment: what is read without it does not depend on whether it is there.
$(OCR): requirements-ocr.lock $(READY)
	@rm -rf $@
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target $@ -r requirements-ocr.lock
	@touch $@

# What CI holds beside the tests: style, types of the pure core, the direction of imports, generated documents.
check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m flows.dictionary --check
	$(BIN)/python -m flows.rules --check

# The long runs: how right the reader is, what the rules find, how fast and how polite it all is.
accuracy: $(READY)
	$(BIN)/python -m tests.generate.accuracy --count 20000 --seed 1
	$(BIN)/python -m tests.generate.accuracy_formats --count 100 --seed 1

# Scanned reports by OCR.
scans: $(READY) $(OCR)
	PYTHONPATH=$(OCR) $(BIN)/python -m tests.generate.scans --count 36

mutations: $(READY)
	$(BIN)/python -m tests.quality_mutations --count 1000

# Damaged documents, chosen by coverage where atheris is installed; then what the largest ones cost.
fuzz: $(READY)
	$(BIN)/python -m tests.fuzz
	$(BIN)/python -m tests.bounds

web: $(READY)
	$(BIN)/python -m tests.web.full

# 200 rebuilds of a warehouse while four readers query it.
rebuilds: $(READY)
	$(BIN)/python -m tests.bench.bench_rebuilds

bench: $(READY)
	$(BIN)/python -m tests.bench.bench_read
	$(BIN)/python -m tests.bench.bench_quality
	$(BIN)/python -m tests.bench.bench_warehouse --reports 50000
	$(BIN)/python -m tests.bench.bench_fetch

# Rewrite the documents that are generated from the code.
docs: $(READY)
	$(BIN)/python -m flows.dictionary
	$(BIN)/python -m flows.rules

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
