# Everything a user or developer does. `make run` is the one to start with.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
WORKERS ?= 4 # more than cores: a test that waits for Prefect leaves its core to others

.DEFAULT_GOAL := help
.PHONY: help run demo migrate test test-fast prove bench faults audit lint pin clean

help:            ## Show this
	@grep -hE '^[a-z-]+: .*##' Makefile | sed -E 's/: .*##/\t/' | expand -t 14

run: $(VENV)/run      ## Start everything; prints the addresses and a curl to try
	@$(BIN)/hookline run

demo: $(VENV)/run     ## Send sample webhooks to the running receiver and show what became of them
	@$(BIN)/python -m tests.demo

migrate: $(VENV)/run  ## Bring the database up to today's schema
	@$(BIN)/hookline migrate

test: lint            ## Run what CI runs: lint, types, the import law, every test but the long ones
	$(BIN)/pytest -m "not prove" --numprocesses $(WORKERS)

test-fast: $(VENV)/test ## Run the pure tests, in seconds and without a server
	$(BIN)/pytest -m "not prove and not prefect and not database" -q --numprocesses 2

prove: $(VENV)/test   ## Run what takes long: faults, races, large numbers
	$(BIN)/pytest -m prove
	$(BIN)/python -m tests.benchmarks

bench: $(VENV)/test   ## Measure speed beside what it is compared with; table and plots in docs/benchmarks
	$(BIN)/python -m tests.benchmarks

faults: $(VENV)/test  ## Have everything fail in turn under load, count, and write docs/faults.md
	$(BIN)/pytest -m prove tests/faults

audit: $(VENV)/test   ## Ask PyPI's advisory database about the pinned dependencies
	@$(BIN)/pip install --quiet --disable-pip-version-check pip-audit
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.txt || { \
		echo "Where no vulnerability is named above, the advisory database could not be asked," \
			"and nothing was checked."; exit 1; }

lint: $(VENV)/test    ## Check style, types and the import law
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

pin: $(VENV)/test     ## Pin the dependencies of pyproject.toml anew, with hashes
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate --quiet \
		--upgrade pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate --quiet \
		--group dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	echo "setuptools>=77" | $(BIN)/uv pip compile --universal --generate-hashes --no-header \
		--no-annotate --quiet --upgrade - -o requirements-build.txt

clean:           ## Remove the virtual environment; what Hookline keeps in .hookline stays
	rm -rf $(VENV)

# The marks below say what a virtual environment was last set up for.
$(VENV)/run: requirements.txt requirements-build.txt pyproject.toml
	$(call install,requirements.txt)

$(VENV)/test: $(VENV)/run requirements-dev.txt
	$(call install,requirements-dev.txt)

define install
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@echo "Installing $(1) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements-build.txt -r $(1)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
endef
