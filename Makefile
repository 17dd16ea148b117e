# Two commands on a fresh machine with Python >= 3.11: `make briefs`, `make test`. No network once packages are there.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: briefs test lab lint lock clean help
.DEFAULT_GOAL := help

help: ## what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

briefs: $(READY) ## briefs, notebooks and index in build/
	@$(BIN)/ucj briefs --notebooks

test: $(READY) ## every test
	@$(BIN)/python -m pytest -n 2 --dist loadfile

lab: $(READY) ## JupyterLab on the notebooks
	@$(BIN)/ucj lab

lint: $(READY) ## style of code
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

lock: ## make the lock anew from pyproject.toml (needs the program uv)
	uv pip compile pyproject.toml --group build --group test --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements.lock

clean: ## remove what was built (not the environment)
	rm -rf build

# The environment is made whole or made again: .ready is written last, and names the lock it was made from.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is too old: Python 3.11 or newer is needed; say which with make PYTHON=python3.12 ..." >&2; exit 1; }
	@if ! cmp -s requirements.lock $(VENV)/.lock 2>/dev/null; then \
	  echo "Making the environment in $(VENV) from requirements.lock (a few minutes, once)"; \
	  $(PYTHON) -m venv --clear $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock || exit 1; \
	fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@cp requirements.lock $(VENV)/.lock && touch $(READY)
