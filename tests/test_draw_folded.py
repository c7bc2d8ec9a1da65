"""The picture that folds: what is a step, and what stands in the drawing."""

import re

import keras
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from course_utils.graphs.draw.folded import Folding
from course_utils.graphs.draw.model import draw_graph
from course_utils.graphs.draw.scene import to_svg
from course_utils.graphs.reading.read import read
from tests.graph_models import few, random_model


def model():
    """A nested model that is called twice, then four blocks, within the nested one a run of three."""
    encoder = keras.Sequential([keras.Input((8,)), *(layers.Dense(8) for _ in range(3))], name="encoder")
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    x = layers.concatenate([encoder(a), encoder(b)])
    for _ in range(4):
        x = layers.add([x, layers.Dense(16)(x)])
    return keras.Model([a, b], x)


def keys(scene):
    return re.findall(r'data-key="(\w+)"', to_svg(scene, "", "", keys=True))


def test_all_is_folded_at_first_and_unfolds_part_by_part():
    folding = Folding(read(model()))
    assert folding.parts == ("n2", "r2_1", "n3", "r3_1", "r5")
    assert [step.key for step in folding.draw(())[1]] == ["n0", "n1", "n2", "n3", "n4", "r5"]
    opened = folding.draw(("n2",))[1]
    assert [step.key for step in opened] == ["n0", "n1", "n2_0", "r2_1", "n3", "n4", "r5"]
    assert {step.key: step.fold for step in opened if step.fold} == {"n2_0": "n2", "r2_1": "n2"}
    assert [step.fold for step in folding.draw(("r5",))[1]][-8:] == ["r5"] * 8


def test_a_part_in_a_folded_part_stays_out_of_sight():
    folding = Folding(read(model()))
    assert folding.draw(("r2_1",))[1] == folding.draw(())[1]
    assert folding.draw(("no such part",))[1] == folding.draw(())[1]


def test_what_a_folded_run_stands_for():
    run = Folding(read(model())).draw(())[1][-1]
    assert run.calls == tuple((i,) for i in range(5, 13))
    assert run.result == (12,)
    assert run.run is not None
    assert len(run.run.blocks) == 4


def test_each_step_has_a_box_and_each_open_part_a_name_to_click():
    folding = Folding(read(model()))
    for opened in ((), ("n2",), ("n2", "r2_1", "r5"), folding.parts):
        scene, steps = folding.draw(opened)
        assert {step.key for step in steps} | {*opened} <= {*keys(scene)}


@few
@given(seed=st.integers(0, 10_000))
def test_every_call_is_in_one_step_whatever_is_open(seed):
    folding = Folding(read(random_model(seed, calls=14)))
    for opened in ((), folding.parts, folding.parts[::2]):
        scene, steps = folding.draw(opened)
        shown = [call for step in steps for call in step.calls]
        models = {path for path in folding.calls if folding.graph.find(path).inner is not None}
        assert len(shown) == len({*shown})
        assert {*folding.calls} - {*shown} <= models  # a model that is open has a frame, no box
        assert {step.key for step in steps} <= {*keys(scene)}


def test_pictures_that_are_not_touched_carry_no_keys():
    assert "data-key" not in draw_graph(read(model())).svg
