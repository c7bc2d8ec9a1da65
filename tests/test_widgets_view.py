"""What of a widget is stored."""

import json

import ipywidgets
import nbformat
import pytest
from jupyter_server.services.contents.manager import ContentsManager
from nbformat.v4 import new_code_cell, new_notebook, new_output
from traitlets.config import Config

from course_utils import explore, fit_a_curve, loss_weights, merges, my_progress
from course_utils.course import ROOT
from course_utils.widgets.view import MIME, View, before_saving, without_views
from tests.hostile import Hostile, Leaving, Nameless


def test_a_view_has_the_same_content_three_times():
    slider = ipywidgets.IntSlider(description="units")
    bundle = View(slider, "<p>units: 0</p>", "units: 0")._repr_mimebundle_()
    assert bundle[MIME]["model_id"] == slider.model_id
    assert (bundle["text/html"], bundle["text/plain"]) == ("<p>units: 0</p>", "units: 0")
    slider.close()


def test_without_a_widget_the_rest_is_shown():
    bundle = View(None, "<p>no model</p>", "no model")._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}


@pytest.mark.parametrize("odd", [Hostile, Leaving, Nameless])
@pytest.mark.parametrize("call", [explore, merges, fit_a_curve, loss_weights, my_progress], ids=lambda f: f.__name__)
def test_what_cannot_even_be_looked_at_is_told_in_a_sentence(call, odd):
    view = call(odd(), *[[1.0]] * (2 if call is loss_weights else 0))
    assert view.widget is None
    assert view.text
    assert "Traceback" not in view.html


@pytest.mark.parametrize("state", [{}, {"widgets": {"application/vnd.jupyter.widget-state+json": {}}}])
def test_a_stored_notebook_has_no_views_and_no_state(state):
    view = {MIME: {"model_id": "1"}}
    cell = new_code_cell(
        "touch()",
        outputs=[
            new_output("display_data", data={**view, "text/html": "<p>still</p>", "text/plain": "still"}),
            new_output("display_data", data=dict(view), metadata={MIME: {}}),
            new_output("display_data", data={}, metadata={MIME: {}}),
            new_output("stream", name="stdout", text="Trained for 3 epochs.\n"),
            new_output("display_data", data={}),
        ],
    )
    notebook = without_views(new_notebook(cells=[cell], metadata=state))
    assert "widgets" not in notebook.metadata
    assert [dict(output.get("data", {})) for output in notebook.cells[0].outputs] == [
        {"text/html": "<p>still</p>", "text/plain": "still"},
        {},
        {},
    ], "views that were all of their output are gone, and places of those taken away; other empty ones are not"
    assert notebook.cells[0].outputs[1].text == "Trained for 3 epochs.\n"


def test_a_server_saves_what_stands_for_a_widget_and_leaves_other_files_alone():
    view = new_output("display_data", data={MIME: {"model_id": "1"}, "text/html": "<p>still</p>"})
    content = json.loads(nbformat.writes(new_notebook(cells=[new_code_cell("touch()", outputs=[view])])))
    model = {"type": "notebook", "format": "json", "content": content}
    before_saving(model=model, path="lesson.ipynb", contents_manager=None)
    assert MIME not in json.dumps(model["content"])
    assert "still" in json.dumps(model["content"])
    for other in ({"type": "file", "content": "text"}, {"type": "notebook"}, {"type": "directory", "content": None}):
        kept = dict(other)
        before_saving(model=other, path="other", contents_manager=None)
        assert other == kept


def test_the_servers_configuration_names_it():
    config = {"get_config": Config}
    exec((ROOT / "course_utils" / "jupyter_config.py").read_text(encoding="utf-8"), config)
    assert ContentsManager(config=config["c"]).pre_save_hook is before_saving
