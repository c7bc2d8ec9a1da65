"""One server and one browser for all tests; every test that asks for a notebook gets it fresh."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.lab import QUIET, Lab, Notebook


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the course."""
    lab = Lab(tmp_path_factory.mktemp("lab") / "course")
    yield lab
    lab.stop()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=QUIET.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def opened(lab, chromium):
    """Open a lesson by its number, or a notebook by its path in the folder."""
    notebooks = []

    def opened(which, width=1280):
        lessons = [
            path.relative_to(lab.folder).as_posix() for path in (lab.folder / "notebooks").glob(f"{which}_*.ipynb")
        ]
        page = chromium.new_page(viewport={"width": width, "height": 1000})
        notebooks.append(Notebook(lab, page, lessons[0] if lessons else which))
        return notebooks[-1]

    yield opened
    for notebook in notebooks:
        notebook.close()


@pytest.fixture(scope="module")
def written(lab, opened):
    """Open a new notebook of code cells."""
    return lambda name, *codes: opened(lab.write(name, codes))
