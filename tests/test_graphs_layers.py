"""What is known of Keras's classes, held against Keras itself."""

import inspect

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.graphs import layers as known
from course_utils.graphs.difference import compare_models
from course_utils.graphs.normal import normal_form
from course_utils.graphs.reading.read import read
from course_utils.graphs.words.labels import brief

pytestmark = pytest.mark.usefixtures("undrawn")

PUBLIC = [cls for cls in vars(layers).values() if isinstance(cls, type) and issubclass(cls, layers.Layer)]
CLASSES = {cls.__name__: cls for cls in PUBLIC}
OF_OTHERS = {"MODELS", "JOINS", "RESHAPES", "MAKES_AXIS", "SYMMETRIC_OPERATIONS", "COMPUTES_MASKS"}
OF_LAYERS = {name: fact for name, fact in vars(known).items() if name.isupper() and name[0] != "_"}


@pytest.mark.parametrize("name", sorted(OF_LAYERS.keys() - OF_OTHERS))
def test_facts_are_of_classes_that_keras_has(name):
    assert set(OF_LAYERS[name]) <= CLASSES.keys()


def arguments(cls):
    return inspect.signature(cls.__init__).parameters


def test_layers_that_take_a_seed_draw():
    """Those aside that draw only where they are asked for dropout: that is a setting, which is looked at by itself."""
    seeded = {name for name, cls in CLASSES.items() if "seed" in arguments(cls)}
    by_dropout = {name for name in seeded if "dropout" in arguments(CLASSES[name])}
    assert {name for name in seeded - by_dropout if not known.draws(name)} <= {"JaxLayer"}
    drawing = {name for name in CLASSES if known.draws(name)}
    assert drawing <= seeded


def test_what_ends_in_tanh_does():
    usual = {name: arguments(cls).get("activation") for name, cls in CLASSES.items()}
    assert {name for name, one in usual.items() if one is not None and one.default == "tanh"} == known.ENDS_IN_TANH


def test_what_may_start_from_states_may():
    named = {name for name, cls in CLASSES.items() if "initial_state" in inspect.signature(cls.call).parameters}
    assert named - {"StackedRNNCells"} == known.STARTS_FROM_STATES


def test_what_ends_in_an_activation_has_one():
    for name in known.ENDS_IN_ACTIVATION:
        assert arguments(CLASSES[name])["activation"].default is None


def test_what_has_filters_is_given_them():
    assert {name for name, cls in CLASSES.items() if "filters" in arguments(cls)} == known.HAS_FILTERS


def makes_mask(cls, steps):
    try:
        return cls().compute_mask(steps, None) is not None
    except Exception:  # its class asks for settings, or for another form of what it reads
        return False


def test_what_makes_a_mask_does_so_whatever_its_settings():
    steps = np.zeros((2, 3, 4), "float32")
    assert {name for name, cls in CLASSES.items() if makes_mask(cls, steps)} == known.MAKES_MASK
    embedding = layers.Embedding(5, 2, mask_zero=True)
    assert embedding.compute_mask(steps[..., 0], None) is not None
    assert known.makes_mask("Embedding", embedding.get_config())
    assert not known.makes_mask("Embedding", layers.Embedding(5, 2).get_config())


@pytest.mark.parametrize(("average", "maximum"), known.MAXIMUM_FOR.items())
def test_a_maximum_is_taken_of_the_same_as_an_average(average, maximum):
    assert {average, maximum} <= {*known.POOLS, *known.GLOBAL_POOLING}
    picture = np.random.default_rng(5).normal(size=(2, *[4] * int(average[-2]), 3)).astype("float32")
    size = [2] if average in known.POOLS else []
    low, high = (np.asarray(CLASSES[name](*size)(picture)) for name in (average, maximum))
    assert (low < high).all()
    assert set(high.flat) <= set(picture.flat)
    assert low.sum() * picture.size == pytest.approx(picture.sum() * low.size, rel=1e-3)


def test_pooling_is_one_by_window_or_of_all():
    pools = {name for name in CLASSES if "Pooling" in name and not name.startswith("Adaptive")}
    assert pools == {*known.POOLS, *known.GLOBAL_POOLING}


@pytest.mark.parametrize("make", [layers.RandAugment, layers.CutMix, layers.Solarization, layers.MixUp])
def test_two_calls_of_what_draws_are_two(make):
    draw = make()
    picture = keras.Input((8, 8, 3))
    once, twice = (
        keras.Model(picture, (one := draw(picture)) + one),
        keras.Model(picture, draw(picture) + draw(picture)),
    )
    assert not compare_models(once, twice).same


def test_alpha_dropout_is_dropout():
    model = keras.Model(x := keras.Input((4,)), layers.Dense(2)(layers.AlphaDropout(0.5)(x)))
    assert [node.kind for node in normal_form(read(model), also=("dropout",)).nodes] == ["Input", "Dense"]


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_usual_activations_go_without_saying(rank):
    make = getattr(layers, f"ConvLSTM{rank}D")
    model = keras.Model(x := keras.Input((3, *[5] * rank, 2)), make(2, 3)(x))
    assert "tanh" not in brief(read(model).nodes[1])


@pytest.mark.parametrize("kind", ["MaxPooling", "GlobalMaxPooling", "GlobalAveragePooling", "UpSampling"])
def test_features_joined_in_another_order_may_pass_a_cube(kind):
    pool = getattr(layers, f"{kind}3D")

    def model(turn):
        ends = [keras.Input((4, 4, 4, 2), name=name) for name in "ab"]
        joined = layers.Concatenate()(ends[::turn])
        return keras.Model(ends, layers.Dense(3)(pool()(joined)))

    forms = [normal_form(read(model(turn))) for turn in (1, -1)]
    assert [set(node.ports) for form in forms for node in form.nodes if node.kind == "Concatenate"] == [{"*"}, {"*"}]
