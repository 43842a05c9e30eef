# Each target does everything itself: virtual environment, installation, run.
# The first call installs from this checkout; later ones start at once, until pyproject.toml changes.

PYTHON ?= python3
VENV   ?= .venv
EXTRAS ?= test

BIN = $(VENV)/bin
installed = $(VENV)/.installed-

.PHONY: demo test lint bench docs notebooks clean

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

# The documentation as pages, in build/docs: tutorials that are run for it, reference, derivative table.
docs: $(installed)docs
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going -c docs -d build/doctrees . build/docs
	@echo "open build/docs/index.html"

# The tutorials as notebooks, in build/notebooks.
notebooks: $(installed)notebooks
	mkdir -p build/notebooks
	sed 's/\.py)/.ipynb)/g' tutorials/glossary.md > build/notebooks/glossary.md
	for page in tutorials/*.py; do \
		sed 's/\.py)/.ipynb)/g' $$page | \
		$(BIN)/jupytext --quiet --from py:percent --to ipynb --set-kernel python3 -o build/notebooks/$$(basename $$page .py).ipynb - || exit 1; \
	done
	@echo "$(BIN)/python -m pip install jupyterlab && $(BIN)/jupyter lab build/notebooks"

clean:
	rm -rf build $(VENV) autograd-mini-demo .pytest_cache .hypothesis .mypy_cache .ruff_cache

$(installed)core: pyproject.toml
	@echo "installing into $(VENV), once"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(installed)%: pyproject.toml
	@echo "installing into $(VENV), once"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[$*]"
	@touch $@
