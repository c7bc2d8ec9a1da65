"""Models to draw, and what is written in a picture."""

import xml.etree.ElementTree as ElementTree

from course_utils.graphs.graph import Call, Graph, Tensor

SVG = "{http://www.w3.org/2000/svg}"


def questions():
    """The lecture's L13: two inputs, two branches, one output."""
    from tests.graph_models import l13

    return l13(name="answer")


def siamese():
    import keras
    from keras import layers

    left, right = keras.Input((20, 8), name="left"), keras.Input((20, 8), name="right")
    encoder = layers.LSTM(32, name="encoder")
    both = layers.Concatenate()([encoder(left), encoder(right)])
    return keras.Model([left, right], layers.Dense(1, "sigmoid", name="same")(both))


def nested():
    import keras
    from keras import layers

    trunk = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(16, 3), layers.Flatten()], name="trunk")
    a, b = keras.Input((28, 28, 1), name="a"), keras.Input((28, 28, 1), name="b")
    return keras.Model([a, b], layers.Dense(1, name="far")(layers.Subtract()([trunk(a), trunk(b)])))


def texts(svg):
    """Everything that is written in a picture, one string an element."""
    return ["".join(e.itertext()) for e in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def line(count, name=lambda i: f"layer_{i}", kind="Dense"):
    nodes = [Call("Input", "x", (), {}, 0, shapes=((None, 4),), family="input")]
    for i in range(1, count):
        nodes.append(Call(kind, name(i), (Tensor(i - 1),), {"units": 4}, i, shapes=((None, 4),), parameters=20))
    return Graph("m", tuple(nodes), (Tensor(0),), (Tensor(count - 1),), ("x",), (name(count - 1),))
