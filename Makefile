# make report   the support sample as a finished workbook, report.xlsx
# make test     ruff, mypy and pytest with the slow tests (PYTEST_FLAGS= leaves them out, as plain pytest does)
# make bench    the benchmarks
# make docs     the pages of docs/ as a site, site/index.html
# make clean    removes what these made
PYTHON ?= python3
PYTEST_FLAGS ?= -m "slow or not slow"

.DELETE_ON_ERROR:
.PHONY: report test bench docs clean

report: .venv/installed
	.venv/bin/ft-roi report templates/samples/support-classifier.toml -o report.xlsx --force

test: .venv/installed-dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/pytest $(PYTEST_FLAGS)

bench: .venv/installed-dev
	.venv/bin/python benchmarks/run.py

docs: .venv/installed-dev
	.venv/bin/mkdocs build --quiet --strict

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist site report.xlsx
	find roi_engine templates addin tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; name one with PYTHON=…" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	.venv/bin/python -m pip install -qq --disable-pip-version-check --editable .
	@touch $@

# Older pips do not know --group, and a new environment may hold one.
.venv/installed-dev: pyproject.toml | .venv/bin/python
	.venv/bin/python -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'
	.venv/bin/python -m pip install -qq --disable-pip-version-check --editable . --group dev
	@touch .venv/installed $@
