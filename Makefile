# `make run` and `make test` set everything up by themselves; nothing else needs to be done first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11

.PHONY: run test bench lint format fuzz soak lock messages guides clean
.DELETE_ON_ERROR:

run: $(VENV)/.stamp
	$(BIN)/dgroup demo

test: $(VENV)/.stamp
	$(BIN)/python -m pytest -n logical --dist worksteal $(ARGS)

bench: $(VENV)/.bench-stamp
	$(BIN)/python -m bench $(ARGS)

lint: $(VENV)/.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Bring archive/locale/*.po up to date with the words of the templates.
messages: $(VENV)/.stamp
	$(BIN)/python -m tests.catalogues

# Write docs/member.*.md and docs/coordinator.*.md from the words of `help`.
guides: $(VENV)/.stamp
	$(BIN)/python -m docs.guides

# The same invariants as in `make test`, with many more examples.
fuzz: $(VENV)/.stamp
	DGROUP_FUZZ=1 $(BIN)/python -m pytest -n logical --dist worksteal $(ARGS)

# Nodes on one PostgreSQL, killed for a quarter of an hour.
soak: $(VENV)/.stamp
	DGROUP_NODE_KILLS=400 $(BIN)/python -m pytest -n0 -s tests/real/test_nodes.py $(ARGS)

lock: $(VENV)/.stamp
	for name in runtime dev bench; do $(UV_COMPILE) requirements/$$name.in -o requirements/$$name.txt || exit 1; done

# The lock holds everything: `--no-deps`, since an older pip looks at newer releases for extras and then
# misses their hashes; `pip check` tells if the lock is short of something.
$(VENV)/.stamp: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "dgroup needs Python 3.11 or newer; say PYTHON=/path/to/python make ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -f README.md || { echo "README.md is missing: the package cannot be built"; exit 1; }
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check
	@touch $@

$(VENV)/.bench-stamp: $(VENV)/.stamp requirements/bench.txt
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/bench.txt
	@touch $@

# The environment and what tools leave behind; never the data.
clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov
