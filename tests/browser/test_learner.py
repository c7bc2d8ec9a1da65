"""A learner's first minutes, in a real JupyterLab in a real browser: `make test-browser`."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from course_utils.lessons.source import ROOT

PICTURES = ROOT / ".browser"
expect.set_options(timeout=180_000)
QUIET = (
    "--no-sandbox --disable-gpu --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
WRONG = "x = keras.Input((3,))\nmodel = keras.Model(x, layers.Dense(1)(layers.Dense(8, activation='relu')(x)))"
RIGHT = "model = keras.Sequential([keras.Input((3,)), layers.Dense(16), layers.ReLU(), layers.Dense(1)])"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """JupyterLab as `make lab` starts it, on a copy of the course, so that answers do not reach the built notebooks."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("notebooks", "figures", "solutions"):
        shutil.copytree(ROOT / name, folder / name)
    # JupyterLab draws only the cells in view; for a test that looks for cells, let it draw all.
    settings = folder / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--ServerApp.root_dir=.", "--no-browser", f"--port={port}", "--IdentityProvider.token=", "--allow-root"]
    command = [sys.executable, "-m", "jupyter", "lab", *options, "notebooks/00_start_here.ipynb"]
    own = {f"JUPYTERLAB_{name.upper()}_DIR": str(folder / name) for name in ("settings", "workspaces")}
    environment = {**os.environ, **own}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(120):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/lab") as answer:
            assert answer.status == 200
            break
        time.sleep(0.5)
    yield address
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def page(server):
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=QUIET.split())
        page = browser.new_page(viewport={"width": 1300, "height": 1500})
        page.goto(f"{server}/lab/tree/notebooks/00_start_here.ipynb")
        page.wait_for_selector(".jp-Notebook", timeout=120_000)
        with contextlib.suppress(Exception):
            page.get_by_role("button", name="No", exact=True).click(timeout=5_000)
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def cell(page, text):
    """The first code cell whose code contains a text, scrolled into view."""
    found = page.locator(".jp-CodeCell", has=page.locator(".jp-InputArea", has_text=text)).first
    found.scroll_into_view_if_needed()
    return found


def run(page, found, code=None):
    found.locator(".cm-content").first.click()
    expect(found.locator(".cm-focused")).to_be_visible()
    if code is not None:
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")


def picture(page, name):
    page.wait_for_timeout(1_000)
    page.screenshot(path=Path(PICTURES / f"{name}.png"))


def test_a_notebook_that_was_not_run_yet_shows_its_pictures(page):
    image = cell(page, "plot_model(first, ").locator("img").first
    expect(image).to_have_attribute("alt", re.compile("measurements: Input"))
    assert image.evaluate("image => image.naturalWidth") > 100
    picture(page, "1_opened")


def test_a_lesson_opens_with_nothing_to_save_and_no_prediction_answered(page):
    expect(page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first).to_be_attached()
    page.wait_for_timeout(2_000)
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    asked = cell(page, "predicted(prediction, first")
    expect(asked).to_contain_text("You made no prediction.")
    expect(asked).not_to_contain_text("It is 40.")


def test_run_all_goes_through_with_every_blank_left_empty(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    expect(cell(page, "print(compare_models(wrong, first))")).not_to_contain_text("[*]")
    expect(cell(page, 'exercise("0.2").check')).to_contain_text("not attempted")


def test_a_prediction_is_met(page):
    asked = cell(page, "predicted(prediction, first")
    expect(asked).to_contain_text("It is 40.")
    run(page, asked, 'prediction = 32\npredicted(prediction, first.get_layer("hidden").count_params())')
    expect(asked).to_contain_text("You said 32.")
    picture(page, "2_prediction")


def test_a_wrong_answer_is_told_the_change_in_words_and_in_a_picture(page):
    run(page, cell(page, "model = ..."), WRONG)
    check = cell(page, 'exercise("0.2").check')
    run(page, check)
    expect(check).to_contain_text("failed")
    expect(check).to_contain_text("16")
    assert check.locator("img").first.get_attribute("alt")
    picture(page, "3_wrong")


def test_a_hint_and_the_solution(page):
    run(page, cell(page, 'exercise("0.2").hint()'), 'exercise("0.2").hint()')
    helped = cell(page, 'exercise("0.2").hint()')
    expect(helped).to_contain_text("Hint 1 of 2")
    run(page, helped, 'exercise("0.2").solution()')
    expect(cell(page, 'exercise("0.2").solution()')).to_contain_text("layers.Dense(16")
    picture(page, "4_solution")


def test_a_right_answer_passes(page):
    run(page, cell(page, "x = keras.Input((3,))"), RIGHT)
    check = cell(page, 'exercise("0.2").check')
    run(page, check)
    expect(check).to_contain_text("passed")
    picture(page, "5_right")


def test_what_was_done_is_known_after_a_restart(page):
    own = cell(page, "my_progress()")
    run(page, own)
    expect(own).to_contain_text("✓ 0.2 Build: passed; hints 1 of 2; solution looked at")
    page.get_by_role("menuitem", name="Edit", exact=True).click()
    page.get_by_text("Clear Outputs of All Cells", exact=True).click()
    expect(own).not_to_contain_text("passed")
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_text("Restart Kernel and Run All Cells…", exact=True).click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect(own).to_contain_text("✓ 0.2 Build: passed; hints 1 of 2; solution looked at")
    expect(own.get_by_role("link")).to_have_attribute("href", re.compile("01_layers_are_functions.ipynb"))
    picture(page, "6_progress")
