# `make demo` and `make test` do everything themselves: virtual environment, installation, run.
# The first call installs from this checkout; later ones start at once, until pyproject.toml changes.

PYTHON ?= python3
VENV   ?= .venv
EXTRAS ?= test

BIN = $(VENV)/bin
installed = $(VENV)/.installed-

.PHONY: demo test lint bench clean

demo: $(installed)core
	$(BIN)/autograd-mini

test: $(installed)$(EXTRAS)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(installed)dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(installed)bench
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) autograd-mini-demo .pytest_cache .hypothesis .mypy_cache .ruff_cache

$(installed)core: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(installed)%: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[$*]"
	@touch $@
