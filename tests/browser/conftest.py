"""One server and one browser for all tests of a process; every module gets the lessons fresh, and shares its pages."""

import re

import pytest
from playwright.sync_api import expect, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from tests.browser import chromium as program
from tests.browser.lab import PATIENCE, QUIET, Lab, Notebook

expect.set_options(timeout=PATIENCE * 1000)  # as long as all else may take on a busy machine


class ByPage(LoadScopeScheduling):
    """For pytest-xdist: tests that share a page run in one process, one after the other: a module's, or a lesson's."""

    def _split_scope(self, nodeid):
        lesson = re.search(r"\[.*\b(\d\d)\b", nodeid)
        return super()._split_scope(nodeid) + (lesson[1] if lesson else "")


def pytest_xdist_make_scheduler(config, log):
    return ByPage(config, log)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the course."""
    lab = Lab(tmp_path_factory.mktemp("lab") / "course")
    yield lab
    lab.stop()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        path = program.find(playwright)
        assert path, "There is no Chromium: `make chromium` installs it."
        browser = playwright.chromium.launch(executable_path=path, args=QUIET.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def opened(lab, chromium):
    """Open a lesson by its number, or a notebook by its path in the folder."""
    lab.renew()
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
