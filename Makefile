# Everything here works on a fresh clone with Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check bench model clean

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

demo: .venv/ready  ## clean the sample folder and say where the report is
	rm -rf out out-report
	$(BIN)/cleaner clean corpus/sample -o out --report out-report || test $$? -eq 3
	@echo "clean articles: out/   report: out-report/index.html"

test: .venv/ready  ## the whole test suite
	$(BIN)/python -m pytest

check: .venv/ready  ## lint, types, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

bench: .venv/ready  ## speed, as ratios
	$(BIN)/python bench/speed.py

clean:
	rm -rf .venv out out-report build dist
