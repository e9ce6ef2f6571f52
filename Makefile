# make report   the support sample as a finished workbook, report.xlsx
# make test     ruff, mypy and pytest with the slow tests (PYTEST_FLAGS= leaves them out, as plain pytest does)
# make full     what .ci/run adds: the full tests, and EXAMPLES times (10) the examples of Hypothesis
# make bench    the benchmarks
# make docs     the pages of docs/ as a site, site/index.html
# make clean    removes what these made
#
# The tests have three tiers. Plain pytest answers in two minutes; `slow` tests are in make test too, and `full` ones in
# make full alone. On two idle cores make test's pytest takes less than five minutes, and shall: a new feature
# may add 15 seconds to make test; the rest of its tests are marked full.
PYTHON ?= python3
EXAMPLES ?= 10
PYTEST_FLAGS ?= -m "not full"

.DELETE_ON_ERROR:
.PHONY: report test full bench docs clean

report: .venv/installed
	.venv/bin/ft-roi report templates/samples/support-classifier.toml -o report.xlsx --force

test: .venv/installed-dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/pytest $(PYTEST_FLAGS)

full: .venv/installed-dev
	FT_ROI_EXAMPLES=$(EXAMPLES) .venv/bin/pytest -m "full or hypothesis"

bench: .venv/installed-dev
	.venv/bin/python benchmarks/run.py

docs: .venv/installed-dev
	.venv/bin/mkdocs build --quiet --strict

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* build dist site report.xlsx
	find roi_engine templates addin tests benchmarks docs -name __pycache__ -prune -exec rm -rf {} +

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
