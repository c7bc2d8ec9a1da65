"""Exercises of lesson 02, one input, one output: the sine."""

from course_utils.checks.compiling import Compiled
from course_utils.checks.learning import CHECK_SEED, Goal, Learns
from course_utils.checks.models import Parameters, SameGraph
from course_utils.checks.structure import Structure
from course_utils.data import Dataset
from course_utils.exercises.declaration import Exercise


def _sine() -> Dataset:
    from course_utils import data

    return data.waves.make(n=1000, n_validation=100, seed=CHECK_SEED)


EXERCISES = (
    Exercise(
        id="2.1",
        title="In the other order",
        # The lecture's uniform kernels are asked for, so initialisers count here.
        criteria=[SameGraph(without=["initialisers"])],
        hints=[
            "Making a layer connects nothing. Only calls do.",
            "Make `f3`, `f2`, `f1`; then `y = f3(f2(f1(x)))`.",
            'Each of the three has `kernel_initializer="uniform"`.',
        ],
    ),
    Exercise(
        id="2.2",
        title="Read the settings",
        # Keras's own start is asked for, so initialisers count here, too.
        criteria=[SameGraph(without=["initialisers"]), Compiled(optimizer=True, learning_rate=True)],
        hints=[
            "A learning rate is given to an optimizer object: `keras.optimizers.Adam(0.01)`.",
            '`model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")`',
        ],
    ),
    Exercise(
        id="2.3",
        title="Your own network",
        criteria=[Structure(inputs=1, outputs=1), Learns(_sine, Goal(1e-3), epochs=60)],
        hints=[
            "The lecture's settings are too slow for this. Which three things did section 4 change?",
            "Adam at 0.01, `gelu` or `tanh`, 32 units or more; let the learning rate fall.",
        ],
    ),
    Exercise(
        id="2.4",
        title="With few parameters",
        criteria=[
            Structure(inputs=1, outputs=1),
            Parameters(at_most=120),
            Learns(_sine, Goal(1e-2), epochs=100),
        ],
        hints=[
            "Two hidden layers of n units have 1·n + n, n·n + n and n + 1 parameters. Which n fits?",
            "n = 8 gives 97 parameters. Small networks like `tanh` and a bolder learning rate.",
        ],
    ),
)
