# Two commands: `make lab` opens the course, `make test` runs everything that CI runs but the lint.
# PYTHON: which interpreter builds .venv. ARGS: what jupyter lab or pytest gets besides.
PYTHON ?= python3
ARGS ?=
PIP_ARGS ?=
PORT_ARGS = $(ARGS)

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PY := $(BIN)/python
STAMP := .venv/installed

.PHONY: help lab test install lessons lint audit requirements wheelhouse doctor clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

install: $(STAMP)  ## build .venv from requirements.txt

# The stamp is made last: an install that was cut off starts again.
$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 10) <= v <= (3, 13) else "The course needs Python 3.10 to 3.13; this is %d.%d. Name another: make install PYTHON=python3.12" % v)'
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --progress-bar off $(PIP_ARGS) -r requirements.txt
	@touch $(STAMP)

lab: $(STAMP)  ## open the course in JupyterLab
	$(PY) -m jupyter lab notebooks/00_start_here.ipynb $(ARGS)
