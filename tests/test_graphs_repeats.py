"""Runs of equal blocks are found, and nothing else is taken for one."""

import keras
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from course_utils.graphs.draw.repeats import repeats
from course_utils.graphs.reading.read import read
from tests.graph_models import few, random_model


def found(model):
    """Times and length of each run."""
    return [(len(run.blocks), len(run.blocks[0])) for run in repeats(read(model)).runs]


def chain(*parts, width=8):
    x = inputs = keras.Input((width,))
    for part in parts:
        x = part(x)
    return keras.Model(inputs, x)


def residual(x):
    return layers.add([x, layers.Dense(8)(x)])


def test_a_layer_a_pair_and_a_block_with_a_way_past():
    assert found(chain(*(layers.Dense(8) for _ in range(4)))) == [(4, 1)]
    assert found(chain(*(part for _ in range(3) for part in (layers.Dense(8), layers.Dropout(0.1))))) == [(3, 2)]
    assert found(chain(*[residual] * 4, layers.Dense(1))) == [(4, 2)]


def test_two_calls_are_no_run():
    assert found(chain(layers.Dense(8), layers.Dense(8))) == []


def test_settings_and_shapes_count():
    assert (
        found(chain(*(layers.Dense(8, name=f"d{i}") for i in range(3)), width=4)) == []
    )  # the first has other weights
    assert found(chain(*(layers.Dense(8, "relu" if i % 2 else None) for i in range(3)))) == []
    assert found(chain(*(layers.Dense(8, trainable=i > 0) for i in range(3)))) == []


def test_a_shared_layer_is_equal_to_itself_alone():
    shared = layers.Dense(8)
    assert found(chain(shared, shared, shared)) == [(3, 1)]
    assert found(chain(shared, shared, layers.Dense(8), layers.Dense(8))) == []


def test_branches_beside_each_other_are_no_run():
    x = keras.Input((8,))
    assert found(keras.Model(x, layers.concatenate([layers.Dense(8)(x) for _ in range(4)]))) == []


def test_blocks_that_read_other_places_are_not_equal():
    x = inputs = keras.Input((8,))
    for i in range(4):
        before = x
        x = layers.Dense(8)(x)
        x = layers.add([x, before if i != 2 else inputs])
    assert found(keras.Model(inputs, x)) != [(4, 2)]


def test_blocks_that_all_read_one_tensor_from_outside():
    x = inputs = keras.Input((8,))
    for _ in range(4):
        x = layers.add([inputs, layers.Dense(8)(x)])
    assert found(keras.Model(inputs, x)) == [(4, 2)]


def test_blocks_that_read_the_last_two():
    x = keras.Input((8,))
    before, now = layers.Dense(8, name="a")(x), layers.Dense(8, "relu", name="b")(x)
    for _ in range(5):
        before, now = now, layers.add([layers.Dense(8)(before), layers.Dense(8, "tanh")(now)])
    graph = read(keras.Model(x, now))
    assert sum(run.saved for run in repeats(graph).runs) >= 6


def test_nested_models_are_compared_by_their_content():
    def block(units):
        x = keras.Input((8,))
        return keras.Model(x, layers.Dense(8)(layers.Dense(units)(x)))

    assert found(chain(block(3), block(3), block(3))) == [(3, 1)]
    assert found(chain(block(3), block(4), block(3))) == []


@few
@given(seed=st.integers(0, 10_000))
def test_the_order_is_one_in_which_a_model_can_run(seed):
    graph = read(random_model(seed, calls=14))
    found = repeats(graph)
    assert sorted(found.order) == [i for i in range(len(graph.nodes)) if i not in graph.dead]
    place = {i: at for at, i in enumerate(found.order)}
    assert all(place[tensor.node] < place[i] for i in found.order for tensor in graph.nodes[i].inputs)
    for run in found.runs:
        places = [place[i] for i in run.nodes]
        assert places == list(range(places[0], places[0] + len(places)))
