# Two commands: `make lab` opens the course, `make test` tests all of it.
#   PYTHON    which interpreter builds .venv
#   ARGS      what jupyter lab or pytest gets besides, such as ARGS="--no-browser --port 8899"
#   PIP_ARGS  what pip gets besides, such as PIP_ARGS="--no-index --find-links wheelhouse"
PYTHON ?= python3
ARGS ?=
PIP_ARGS ?=
JOBS ?= 2
# In the order of their names, so that solved lessons come long after the learners', whose trainings they take over.
IN_PARALLEL := -n $(JOBS) --dist loadscope --no-loadscope-reorder

ifeq ($(OS),Windows_NT)
PY := .venv/Scripts/python
else
PY := .venv/bin/python
endif
STAMP := .venv/installed

.PHONY: help lab test quick test-browser chromium coverage search test-backends install lessons figures check format lint audit bench doctor requirements wheelhouse clean
.DEFAULT_GOAL := help

help:  ## this list
	@$(PYTHON) -c "import re; print(*('%-14s%s' % m for m in re.findall(r'(?m)^([a-z-]+):.*?## *(.*)', open('Makefile').read())), sep='\n')"

lab: $(STAMP) .venv/signed  ## open the course in JupyterLab
	$(PY) -m jupyter lab --config=course_utils/jupyter_config.py --ServerApp.root_dir=. notebooks/00_start_here.ipynb $(ARGS)

# A notebook that was not signed on this machine is shown without its styles: white pictures in a dark theme.
.venv/signed: $(wildcard notebooks/*.ipynb solutions/*.ipynb) | $(STAMP)
	$(PY) -m jupyter trust $(filter %.ipynb,$?) > $@

test: $(STAMP)  ## unit tests, then both editions of every notebook under strict nbval
	$(PY) -m pytest tests notebooks solutions --nbval --nbval-current-env --nbval-sanitize-with tests/sanitize.cfg $(IN_PARALLEL) $(ARGS)

quick: $(STAMP)  ## for an author at work: lint, stale files and the fast tests, nothing that trains
	@$(MAKE) --no-print-directory lint check ARGS=
	$(PY) -m pytest tests -q -m "not slow" $(IN_PARALLEL) $(ARGS)

test-browser: .venv/browser  ## every lesson in JupyterLab and Notebook 7 in a real browser (pictures in .browser/)
	BROWSER_TESTS=1 $(PY) -m pytest tests/browser -n $(JOBS) $(ARGS)

chromium: .venv/browser  ## install the browser of these tests, where there is none
	$(PY) -m tests.browser.chromium

.venv/browser: tests/browser/requirements.txt $(STAMP)
	$(PY) -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) --no-deps -r tests/browser/requirements.txt
	@$(PY) -c "open('$@', 'w').close()"

coverage: $(STAMP)  ## which lines and branches of course_utils the tests run; fails under 95 %
	$(PY) -m pytest tests --cov --cov-config=pyproject.toml -n $(JOBS) --dist loadscope $(ARGS)

search: $(STAMP)  ## the property tests on inputs that no run tried before
	$(PY) -m pytest tests -m hypothesis --hypothesis-profile=search -n $(JOBS) $(ARGS)

# Another minor version of Keras and another backend are laid over .venv, each in a folder of its own.
OTHER_KERAS := 3.12.4
# Keras on JAX reads its own variables in a way that NumPy 2 warns of.
ON_JAX := -W "ignore:__array__ implementation:DeprecationWarning"
GRAPH_TESTS := tests/test_graphs_*.py tests/test_public_code.py tests/test_audit.py

test-backends: .venv-backends/installed  ## the tests of graphs on an older Keras, and on JAX
	PYTHONPATH=.venv-backends/keras $(PY) -c "import keras; assert keras.__version__ == '$(OTHER_KERAS)', keras.__version__"
	PYTHONPATH=.venv-backends/keras $(PY) -m pytest $(GRAPH_TESTS) tests/test_draw.py tests/test_laws.py -n $(JOBS) $(ARGS)
	PYTHONPATH=.venv-backends/jax KERAS_BACKEND=jax $(PY) -m pytest $(GRAPH_TESTS) -n $(JOBS) $(ON_JAX) $(ARGS)

.venv-backends/installed: $(STAMP)
	$(PY) -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) --no-deps --target .venv-backends/keras keras==$(OTHER_KERAS)
	$(PY) -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) --no-deps --target .venv-backends/jax jax==0.10.2 jaxlib==0.10.2
	@$(PY) -c "open('$@', 'w').close()"

install: $(STAMP)  ## build .venv from requirements.txt

# The stamp is made last, so that an install that was cut off starts again.
$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c "import sys; v = sys.version_info[:2]; sys.exit(None if (3, 10) <= v <= (3, 13) else 'The course needs Python 3.10 to 3.13; this is %d.%d. Name another: make install PYTHON=python3.12' % v)"
	@echo "Installing into .venv: about 470 MB to download, 2.3 GB on disk. This is done once."
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r requirements.txt
	@$(PY) -c "open('$(STAMP)', 'w').close()"

lessons: $(STAMP)  ## build both editions of all lessons from solutions/*.py
	$(PY) -m course_utils build $(ARGS)

figures: $(STAMP)  ## draw the pictures in figures/
	$(PY) -m course_utils figures $(ARGS)

check: $(STAMP)  ## fail when a built notebook or a figure no longer fits its source, or a lesson has a fault
	$(PY) -m course_utils check $(ARGS)

lint: $(STAMP)  ## ruff and mypy; oxlint for the widgets' scripts
	@$(PY) -m ruff check . || (echo "make format mends what is marked [*]; the rest is mended by hand, where it says help." && exit 1)
	@$(PY) -m ruff format --check . || (echo "make format mends these files." && exit 1)
	@$(PY) -m mypy || (echo "Types are mended by hand: each line above names its file and line." && exit 1)
	@$(dir $(PY))oxlint || (echo "Scripts of widgets are mended by hand: see help above." && exit 1)

format: $(STAMP)  ## mend what ruff can mend by itself
	$(PY) -m ruff check --fix --exit-zero .
	$(PY) -m ruff format .

audit: $(STAMP)  ## a row for each exercise: rewrites accepted, mutants caught and explained (ARGS=14: one lesson)
	$(PY) -m course_utils audit $(ARGS)

bench: $(STAMP)  ## figures beside what people use today, into benchmarks/results.md (ARGS="checks opening": these parts)
	$(PY) -m benchmarks $(ARGS)

doctor: $(STAMP)  ## what is installed and what is missing
	$(PY) -m course_utils doctor

requirements:  ## compile requirements.txt from pyproject.toml (needs uv)
	echo "-e ." | uv pip compile --quiet --universal --python-version 3.10 --custom-compile-command "make requirements" - -o requirements.txt

wheelhouse: $(STAMP)  ## download everything once, to install on machines without a network
	@$(PY) -c "import pathlib; p = pathlib.Path('wheelhouse'); p.mkdir(exist_ok=True); (p / 'pins.txt').write_text(pathlib.Path('requirements.txt').read_text().replace('-e .', '', 1))"
	$(PY) -m pip download --quiet --disable-pip-version-check -r wheelhouse/pins.txt "setuptools>=77" -d wheelhouse

clean:  ## remove .venv and caches
	$(PYTHON) -c "import shutil; [shutil.rmtree(d, ignore_errors=True) for d in ('.venv', '.pytest_cache', '.mypy_cache', '.ruff_cache', '.hypothesis')]"
