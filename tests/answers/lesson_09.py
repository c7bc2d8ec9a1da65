import keras
import numpy as np
from keras import layers

from course_utils.exercises import exercise

BCE = "binary_crossentropy"
BOTH = {"main_output": BCE, "aux_output": BCE}
WEIGHTS = {"main_output": 1.0, "aux_output": 0.3}
CHANGE = np.array([0.8, -0.9, 3.4, -0.1, -1.3, 2.4, -0.7, 0.8])
MEAN, SPREAD = CHANGE.mean(), CHANGE.std(ddof=1)


def relative(
    *,
    embedding=(200, 16),
    recurrent=layers.GRU,
    units=24,
    numbers=7,
    hidden=32,
    turned=False,
    names=("main_output", "aux_output"),
    order=("main", "aux"),
    activation="sigmoid",
    late_aux=False,
    inputs=("main_input", "aux_input"),
    masked=False,
    **settings,
):
    main_input = keras.Input((100,), dtype="int32", name=inputs[0])
    aux_input = keras.Input((numbers,), name=inputs[1])
    headline = recurrent(units)(layers.Embedding(*embedding, mask_zero=masked)(main_input))
    joined = layers.Concatenate()([aux_input, headline] if turned else [headline, aux_input])
    x = layers.Dense(hidden, "relu")(joined)
    ends = {
        "main": layers.Dense(1, activation, name=names[0])(x),
        "aux": layers.Dense(1, activation, name=names[1])(joined if late_aux else headline),
    }
    model = keras.Model([main_input, aux_input], [ends[name] for name in order])
    if settings.pop("compiled", True):
        given = {"loss": BOTH, "loss_weights": WEIGHTS, "metrics": {key: ["accuracy"] for key in BOTH}, **settings}
        model.compile(**{"optimizer": "adam", **given})
    return model


def in_lists():
    return relative(
        loss=[keras.losses.BinaryCrossentropy(), keras.losses.binary_crossentropy],
        loss_weights=[1, 0.3],
        metrics=[["acc"], ["acc"]],
        optimizer=keras.optimizers.Adam(),
    )


def separate_activations():
    main_input = keras.Input((100,), dtype="int32", name="main_input")
    aux_input = keras.Input((7,), name="aux_input")
    headline = layers.GRU(24)(layers.Embedding(200, 16)(main_input))
    x = layers.ReLU()(layers.Dense(32)(keras.ops.concatenate([headline, aux_input], axis=1)))
    ends = [
        layers.Activation("sigmoid", name="main_output")(layers.Dense(1)(x)),
        layers.Activation("sigmoid", name="aux_output")(layers.Dense(1)(headline)),
    ]
    model = keras.Model([main_input, aux_input], ends)
    model.compile("adam", BOTH, loss_weights=WEIGHTS, metrics={key: ["accuracy"] for key in BOTH})
    return model


def small(*, both=False, aux=False, length=100, recurrent=layers.LSTM, hidden=3):
    main_input = keras.Input((length,), dtype="int32", name="main_input")
    aux_input = keras.Input((5,), name="aux_input")
    headline = recurrent(32, name="headline")(layers.Embedding(127, 32, name="words")(main_input))
    end = layers.Dense(1, "sigmoid", name="aux_output")(headline)
    x = layers.concatenate([headline, aux_input])
    for _ in range(hidden):
        x = layers.Dense(64, "relu")(x)
    x = layers.Dense(1, "sigmoid", name="main_output")(x)
    outputs = [x, end] if both else end if aux else x
    return keras.Model([main_input, aux_input], outputs)


def given():
    return exercise("9.3").names()["small"]


def by_ends():
    full = given()
    return keras.Model(full.inputs, full.outputs[0])


def as_a_layer():
    full = given()
    inputs = [keras.Input((100,), dtype="int32"), keras.Input((5,))]
    return keras.Model(inputs, full(inputs)[0])


def trained_layers(*names, numbers_first=False):
    full = given()
    inputs = [keras.Input((100,), dtype="int32"), keras.Input((5,))]
    read = full.get_layer("headline")(full.get_layer("words")(inputs[0]))
    x = layers.concatenate([inputs[1], read] if numbers_first else [read, inputs[1]])
    for name in (*names, "main_output"):
        x = full.get_layer(name)(x)
    return keras.Model(inputs, x)


def layer_by_layer():
    """Every trained layer is called once more, on new inputs."""
    layer = given().get_layer
    main_input, aux_input = keras.Input((100,), dtype="int32"), keras.Input((5,))
    x = layers.concatenate([layer("headline")(layer("words")(main_input)), aux_input])
    for name in ("hidden_1", "hidden_2", "hidden_3", "main_output"):
        x = layer(name)(x)
    return keras.Model([main_input, aux_input], x)


def with_a_new_head():
    full = given()
    end = layers.Dense(1, "sigmoid", name="main_output_again")(full.get_layer("hidden_3").output)
    return keras.Model(full.inputs, end)


def cloned():
    full = keras.models.clone_model(given())
    return keras.Model(full.inputs, full.get_layer("main_output").output)


def headline_alone():
    full = small(both=True)
    return keras.Model(full.inputs[0], full.outputs[1])


def two_heads(
    read, *, optimizer=None, late_aux=False, order=("main", "aux"), weights=None, length=43, numbers=5, merged=True
):
    main_input = keras.Input((length,), dtype="int32", name="main_input")
    aux_input = keras.Input((numbers,), name="aux_input")
    headline = read(main_input)
    joined = layers.concatenate([headline, aux_input])
    x = layers.Dense(32, "relu")(joined if merged else headline)
    ends = {
        "main": layers.Dense(1, "sigmoid", name="main_output")(x),
        "aux": layers.Dense(1, "sigmoid", name="aux_output")(x if late_aux else headline),
    }
    model = keras.Model([main_input, aux_input], [ends[name] for name in order])
    if optimizer != "none":
        model.compile(optimizer or keras.optimizers.Adam(0.005), BOTH, loss_weights=weights)
    return model


def two_heads_by_name():
    made = two_heads(pairs)
    inputs = dict(zip(("main_input", "aux_input"), made.inputs, strict=True))
    model = keras.Model(inputs, dict(zip(("main_output", "aux_output"), made.outputs, strict=True)))
    model.compile(keras.optimizers.Adam(0.005), BOTH)
    return model


def pairs(tokens):
    return layers.GlobalMaxPooling1D()(layers.Conv1D(48, 2, activation="relu")(layers.Embedding(127, 32)(tokens)))


def memory(tokens):
    return layers.GRU(32)(layers.Embedding(127, 32)(tokens))


def bag(tokens):
    return layers.Flatten()(layers.GlobalAveragePooling1D(keepdims=True)(layers.Embedding(127, 48)(tokens)))


RIGHT = {
    "9.1": [
        lambda: ["aux_output", "headline", "words"],
        lambda: ("words", "headline", "aux_output"),
        lambda: {"words", "headline", "aux_output"},
        lambda: np.array(["words", "headline", "aux_output"]),
        lambda: dict.fromkeys(["words", "headline", "aux_output"]).keys(),
    ],
    "9.2": [lambda: relative(turned=True), in_lists, separate_activations, lambda: relative(masked=True)],
    "9.3": [
        by_ends,
        as_a_layer,
        layer_by_layer,
        lambda: trained_layers("hidden_1", "hidden_2", "hidden_3"),
    ],
    "9.4": [
        lambda: {"mean": MEAN, "error": SPREAD / 8**0.5},
        lambda: {"error": round(SPREAD / 8**0.5, 2), "mean": 0.55},
        lambda: {"mean": np.array(0.55), "error": (((CHANGE - 0.55) ** 2).sum() / 7) ** 0.5 / 8**0.5},
    ],
    "9.5": [
        lambda: two_heads(pairs),
        two_heads_by_name,
        lambda: two_heads(memory, optimizer=keras.optimizers.Adam(0.008)),
        lambda: two_heads(bag, optimizer=keras.optimizers.Adam(0.02)),
    ],
}
WRONG = {
    "9.1": [
        (lambda: [layers.Dense(1, name="aux_output")], "in quotes; this list holds a Dense"),
        (lambda: {"words": True, "headline": True, "aux_output": True}, "a list of names was asked for"),
        (lambda: ["words", "headline"], "gives the answer itself"),
        (lambda: ["headline", "aux_output"], "still missing"),
        (lambda: ["words", "headline", "aux_output", "hidden_1"], "`hidden_1` is not on any way"),
        (lambda: ["words", "headline", "aux_output", "main_input"], "no weights"),
        (lambda: ["words", "lstm", "aux_output"], "no layer called `'lstm'`"),
        (lambda: "aux_output", "list of names"),
        (lambda: 3, "list of names"),
    ],
    "9.2": [
        (lambda: relative(names=("aux_output", "main_output")), "head called `aux_output` is the one that should be"),
        (lambda: relative(loss=BCE, loss_weights=[1.0, 0.3]), "1 losses and 2 weights"),
        (lambda: relative(loss_weights={"main_output": 0.3, "aux_output": 1.0}), "weight of `main_output` is 0.3"),
        (lambda: relative(loss_weights=None), "weight of `aux_output` is 1"),
        (lambda: relative(loss={"main_output": BCE, "aux_output": "mse"}), "loss of `aux_output`"),
        (lambda: relative(loss={"main": BCE, "aux": BCE}), "has the key `main`"),
        (lambda: relative(metrics=None), "metric"),
        (lambda: relative(optimizer="rmsprop"), "RMSprop"),
        (lambda: relative(optimizer=keras.optimizers.Adam(0.1)), "learning rate is 0.1"),
        (lambda: relative(inputs=("aux_input", "main_input")), "input"),
        (lambda: relative(inputs=("headline", "clock")), "should be called `main_input`"),
        (lambda: relative(compiled=False), "not compiled"),
        (lambda: relative(recurrent=layers.LSTM), "GRU"),
        (lambda: relative(embedding=(16, 200)), "swapped"),
        (lambda: relative(late_aux=True), "aux_output"),
        (lambda: relative(numbers=5), "7"),
        (lambda: relative(activation=None), "sigmoid"),
        (lambda: relative(order=("aux", "main")), "output"),
    ],
    "9.3": [
        (small, "take the trained ones from `small`"),
        (cloned, "are other layers, with weights of their own"),
        (with_a_new_head, "`main_output` is not in the model"),
        (lambda: small(both=True), "2 outputs"),
        (lambda: trained_layers("hidden_1", "hidden_3", "hidden_2"), "what another was trained on"),
        (lambda: trained_layers("hidden_1", "hidden_2", "hidden_3", numbers_first=True), "features in another order"),
        (headline_alone, "1 input"),
        (lambda: small(aux=True), "output"),
        (lambda: small(hidden=2), "64"),
        (lambda: small(recurrent=layers.GRU), "LSTM"),
    ],
    "9.4": [
        (lambda: {"mean": 0.557, "error": SPREAD / 8**0.5}, "`0.557` is not it"),
        (lambda: {"mean": MEAN, "error": SPREAD}, "square root"),
        (lambda: {"mean": MEAN, "error": CHANGE.std() / 8**0.5}, "ddof=1"),
        (lambda: {"mean": -MEAN, "error": SPREAD / 8**0.5}, "sign"),
        (lambda: {"mean": MEAN}, "`error` is missing"),
        (lambda: MEAN, "dictionary"),
        (lambda: {"mean": MEAN, "error": 0.5}, "at `error`"),
    ],
    "9.5": [
        (lambda: two_heads(pairs, late_aux=True), "depends on `aux_input`"),
        (lambda: two_heads(pairs, order=("aux", "main")), "in this order"),
        (lambda: two_heads(pairs, weights={"main_output": 1.0, "aux_output": 0.0}), "`aux_output`: its accuracy"),
        (lambda: two_heads(pairs, optimizer="none"), "not compiled"),
        (lambda: two_heads(pairs, length=100), "`main_input` has shape (None, 100); these headlines have (None, 43)."),
        (lambda: two_heads(pairs, numbers=7), "5 numbers"),
        (lambda: two_heads(pairs, merged=False), "`aux_input` reaches no output"),
        (lambda: small(length=43), "1 output"),
    ],
}
