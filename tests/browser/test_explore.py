"""`explore` in a real JupyterLab in a real browser, by mouse and by keyboard: `make test-browser`."""

import time

import pytest
from playwright.sync_api import expect

MODEL = """
import keras, numpy as np
from keras import layers
from course_utils import explore
encoder = keras.Sequential(
    [keras.Input((12, 12, 1)), layers.Conv2D(6, 3, activation="relu"), layers.Flatten(), layers.Dense(8)],
    name="encoder",
)
left, right = keras.Input((12, 12, 1), name="left"), keras.Input((12, 12, 1), name="right")
x = layers.Concatenate(name="both")([encoder(left), encoder(right)])
for _ in range(4):
    x = x + layers.Dense(16, activation="tanh")(x)
x = keras.ops.relu(x)
model = keras.Model([left, right], layers.Dense(1, name="same")(x))
rng = np.random.default_rng(0)
example = {"left": rng.random((2, 12, 12, 1)), "right": rng.random((2, 12, 12, 1))}
explore(model, example)
"""
TEXT = """
tokens = keras.Input((24,), dtype="int32", name="tokens")
x = layers.Embedding(500, 8)(tokens)
x = layers.LSTM(6, return_sequences=True)(x)
explore(keras.Model(tokens, layers.Dense(3, activation="softmax")(layers.LSTM(4)(x))), np.arange(24)[None])
"""
LARGE = "explore(keras.applications.NASNetMobile(weights=None))"


@pytest.fixture(scope="module")
def notebook(written):
    notebook = written("explore", MODEL, TEXT, LARGE)
    notebook.run_all()
    expect(notebook.page.locator(".explore")).to_have_count(3)
    return notebook


@pytest.fixture(scope="module")
def page(notebook):
    return notebook.page


@pytest.fixture
def first(page):
    """The explorer of the small model, as it is at first."""
    found = page.locator(".explore").first
    found.scroll_into_view_if_needed()
    if found.get_by_label("Fold all", exact=True).get_attribute("aria-disabled") == "false":
        found.get_by_label("Fold all", exact=True).click()
    picture = found.get_by_label("The model’s picture", exact=False)
    picture.focus()
    page.keyboard.press("Home")
    expect(head(found)).to_have_text("1 of 8 Input left")
    return found


def head(explorer):
    return explorer.get_by_role("status")


def test_next_goes_from_call_to_call_with_code_shapes_and_weights(notebook, first):
    for _ in range(2):
        first.get_by_role("button", name="Next call").click()
    expect(head(first)).to_have_text("3 of 8 Sequential encoder")
    expect(first).to_contain_text("encoder_call_1 = encoder(left)")
    expect(first).to_contain_text("60 + 4,808 = 4,868")
    first.get_by_role("button", name="Next call").click()
    expect(first).to_contain_text("the same layer as call 3: its weights count once")
    first.get_by_role("button", name="Previous call").click()
    expect(head(first)).to_have_text("3 of 8 Sequential encoder")
    notebook.picture("explore_1_nested")


def test_arrow_keys_step_and_the_ends_are_the_ends(page, first):
    page.keyboard.press("ArrowLeft")
    expect(head(first)).to_have_text("1 of 8 Input left")
    page.keyboard.press("ArrowDown")
    expect(head(first)).to_have_text("2 of 8 Input right")
    page.keyboard.press("End")
    expect(head(first)).to_have_text("8 of 8 Dense same")
    assert first.get_by_role("button", name="Next call").get_attribute("aria-disabled") == "true"
    expect(first).to_contain_text("(16 + 1) × 1 = 17")


def test_a_nested_model_unfolds_by_enter_and_folds_again(notebook, page, first):
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(head(first)).to_contain_text("3 of 11 Input")
    page.keyboard.press("ArrowRight")
    expect(first).to_contain_text("(3×3×1 + 1) × 6 = 60")
    expect(first.locator("canvas")).to_have_count(4)
    notebook.picture("explore_2_unfolded")
    page.keyboard.press("Enter")
    expect(head(first)).to_have_text("3 of 8 Sequential encoder")


def test_a_run_of_equal_blocks_unfolds_by_a_click(page, first):
    run = first.locator("[data-key]", has_text="× 4")
    run.click()
    expect(head(first)).to_have_text("6 of 8 4 equal blocks of 2 calls × 4")
    expect(first).to_contain_text("4 × 272 = 1,088")
    run.click()
    expect(head(first)).to_contain_text("6 of 15 Dense")
    first.get_by_role("button", name="Fold the part").click()
    expect(head(first)).to_have_text("6 of 8 4 equal blocks of 2 calls × 4")


def test_what_a_call_gives_is_drawn(notebook, page):
    text = page.locator(".explore").nth(1)
    text.get_by_role("button", name="Next call").click()
    expect(text.get_by_role("img", name="Heat map")).to_be_visible()
    expect(text).to_contain_text("500 × 8 = 4,000")
    for _ in range(3):
        text.get_by_role("button", name="Next call").click()
    expect(text.locator(".explore-row span")).to_have_count(3)
    notebook.picture("explore_3_text")


def test_a_large_model_stays_quick(notebook, page):
    large = page.locator(".explore").nth(2)
    large.scroll_into_view_if_needed()
    begun = time.monotonic()
    for _ in range(50):
        large.get_by_role("button", name="Next call").click()
    expect(head(large)).to_contain_text("51 of ")
    assert time.monotonic() - begun < 30
    large.get_by_role("button", name="Unfold all", exact=True).click()
    expect(head(large)).to_contain_text("of 771")
    notebook.picture("explore_4_large")


def test_no_key_reached_the_notebook_and_nothing_failed(notebook, page):
    expect(page.locator(".jp-mod-editMode")).to_have_count(0)
    assert notebook.console == []
