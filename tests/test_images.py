"""Pictures and verdicts in a light and in a dark theme."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils import show
from course_utils.checks.result import _COLOURS, Finding, Result
from course_utils.images import html_image
from tests.sanitized import sanitized

WHITE, DARK = (255, 255, 255), (17, 17, 17)  # JupyterLab's --jp-layout-color0 in its two themes
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="50"></svg>'


def rgb(colour):
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def contrast(one, other):
    """WCAG's contrast ratio of two colours."""

    def luminance(colour):
        parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast(WHITE, (0, 0, 0)) == pytest.approx(21)
    assert contrast(WHITE, (118, 118, 118)) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colour", _COLOURS.values(), ids=list(_COLOURS))
def test_status_words_are_legible_in_both_themes(colour):
    assert contrast(WHITE, rgb(colour)) >= 4.5, "the word, which is white, on its badge"
    assert min(contrast(paper, rgb(colour)) for paper in (WHITE, DARK)) >= 3, "the bar beside the result"


def test_no_word_of_a_result_has_a_colour_without_its_own_ground():
    findings = (Finding("a", True, "yes"), Finding("b", False, "no"))
    page = Result("1.1", "Title", "failed", findings, note="look")._repr_mimebundle_()["text/html"]
    coloured = [style for style in re.findall(r'style="([^"]*)"', page) if re.search(r"(?<![-\w])color:", style)]
    assert len(coloured) == 3
    assert all("background:" in style for style in coloured)


def test_a_title_that_asks_needs_no_colon():
    asks = Result("8.1", "How short may it be?", "failed")
    assert str(asks) == "✗ Exercise 8.1, How short may it be? failed"
    assert "How short may it be? <span" in asks._repr_mimebundle_()["text/html"]
    assert "Count: <span" in Result("0.1", "Count", "failed")._repr_mimebundle_()["text/html"]


def turned(colour):
    """What the dark theme's filter makes of a colour, as in the CSS standard's matrices."""
    inverted = 0.93 - 0.86 * np.array(colour) / 255
    hue = np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]])
    return tuple((np.clip(hue @ inverted, 0, 1) * 255).round())


@pytest.mark.parametrize("ink", ["#000000", "#1f2933", "#555555", "#b3261e", "#1a7f37", "#1f4e8c"])
def test_ink_that_is_legible_on_white_paper_is_legible_on_dark_paper(ink):
    assert contrast(WHITE, rgb(ink)) >= 4.5
    assert contrast(turned(WHITE), turned(rgb(ink))) >= 4.5
    assert contrast(turned(WHITE), DARK) < 1.05, "no card is seen"


def plot(draw):
    figure, axis = plt.subplots(figsize=(2, 1))
    draw(axis)
    return show(figure, alt="A plot.")._repr_mimebundle_()["text/html"]


def test_plots_turn_and_photographs_do_not():
    assert 'class="course-paper"' in plot(lambda axis: axis.plot([0, 1]))
    assert 'class="course-paper"' in plot(lambda axis: axis.imshow(np.zeros((2, 2))))
    assert 'class="course-paper"' not in plot(lambda axis: axis.imshow(np.zeros((2, 2, 3))))


def test_what_is_compared_of_a_plot_does_not_follow_what_was_measured():
    """Two runs of a lesson: other values, and so other tick labels, a plot of another width, other names."""
    runs = [lambda axis, top=top: axis.set(xlim=(0, 3), ylim=(0, top), ylabel="seconds") for top in (0.1, 1234.5678)]
    short, long = [plot(run) for run in runs]
    assert re.search(r"min-width:(\d+)px", short)[1] != re.search(r"min-width:(\d+)px", long)[1]
    assert sanitized(short) == sanitized(long)
    assert sanitized(short) != sanitized(short.replace("A plot.", "Another plot."))


def test_a_drawing_with_a_dark_theme_of_its_own_shows_that():
    own = SVG.replace(b"></svg>", b"><style>@media (prefers-color-scheme: dark) {}</style></svg>")
    assert 'class="course-paper"' in html_image(SVG, "svg+xml", "A drawing.")
    assert 'class="course-own-theme"' in html_image(own, "svg+xml", "A drawing.")


def test_a_wide_picture_scrolls_before_it_is_too_small_to_read():
    assert "min-width:720px" in html_image(SVG, "svg+xml", "A drawing.")
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 8 + (900).to_bytes(4, "big")
    assert "min-width:540px" in html_image(png, "png", "A plot.")
    narrow = re.search(r"min-width:(\d+)px", plot(lambda axis: axis.plot([0, 1])))
    assert 100 < int(narrow[1]) < 300


@pytest.mark.parametrize("alt", ["", " \n"])
def test_a_picture_without_words_is_refused(alt):
    with pytest.raises(ValueError, match="needs alt text"):
        show(plt.figure(), alt=alt)
    plt.close()


def test_printed_a_picture_is_its_words():
    assert repr(show(plt.figure(), alt="A  blank\nsheet.")) == "A blank sheet."


def test_a_picture_stands_in_its_place_until_a_click_shows_it_large():
    page = html_image(SVG, "svg+xml", "A drawing.")
    box = re.search(r"<div [^>]*>", page)[0]
    assert " popover " in box
    assert "display:block" in box, "or a browser would hide it"
    assert re.search(r'id="([^"]*)"', box)[1] == re.search(r'popovertarget="([^"]*)"', page)[1]
    assert page == html_image(SVG, "svg+xml", "A drawing."), "stored outputs do not change between runs"
    assert 'id="' + re.search(r'id="([^"]*)"', box)[1] not in html_image(SVG + b" ", "svg+xml", "Another.")


def test_the_first_line_of_a_picture_says_nothing_of_what_it_shows():
    """JupyterLab shows the first line of an output that is folded."""
    assert "A plot." not in plot(lambda axis: axis.plot([0, 1])).splitlines()[0]
