# `make demo` and `make test` need Python 3.11 or newer and make, nothing else.
# Another Python: make PYTHON=/path/to/python3 demo

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
CHECKED := src tests tools benchmarks
PYTEST := $(BIN)/python -m pytest

# What the caller's shell points at must not change what is tested or shown.
unexport PYTHONPATH PYTHONHOME CLEW_LEDGER

.DEFAULT_GOAL := help
.PHONY: help demo test lint format docs bench lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## simulate an economy, index it, ask, write the report, compare with the truth
	$(BIN)/clew demo

test: lint ## every check: style, types, layers, tests, and again without compilation
	$(PYTEST) -n auto --maxprocesses 8 --dist loadfile
	NUMBA_DISABLE_JIT=1 $(PYTEST) -n auto --maxprocesses 8 -m nojit

lint: $(READY) ## style, types and layers only
	$(BIN)/python -m ruff check $(CHECKED)
	$(BIN)/python -m ruff format --check $(CHECKED)
	$(BIN)/python -m mypy
	$(BIN)/python -m mypy tools
	$(BIN)/python tools/check_layers.py

format: $(READY) ## put the files into the project's form
	$(BIN)/python -m ruff check --fix $(CHECKED)
	$(BIN)/python -m ruff format $(CHECKED)

docs: $(READY) ## write docs/reference.md, rules.md, truth.md, worlds.md, law.md and the schemas anew
	$(BIN)/python tools/make_reference.py
	$(BIN)/python tools/make_truth.py
	$(BIN)/python tools/make_worlds.py
	$(BIN)/python tools/make_law.py
	$(BIN)/python tools/make_rules.py

bench: $(READY) ## state how fast this machine reads, hashes and indexes
	@for file in benchmarks/[a-z]*.py; do $(BIN)/python "$$file" || exit 1; done

lock: ## pin the packages anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
	    --extra law --extra model --extra prices --extra report --extra signed --extra simulate --extra sql --group dev --group build --output-file requirements.lock pyproject.toml

clean: ## remove the environment and everything that was made
	rm -rf $(VENV) demo dist build-output .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find $(CHECKED) -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@sh tools/environment.sh $(VENV) "$(PYTHON)"
	@touch $@
