"""Whether a model uses the very layers of another, which was trained."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.models import all_layers
from course_utils.checks.result import Finding
from course_utils.graphs.words.sentences import listed

if TYPE_CHECKING:
    import keras


@dataclass
class Given:
    """A model that an exercise builds on: made for whoever asks, and known again wherever its layers are used.

    Args:
        called: its name in the lesson.
        make: makes a stand-in for it, untrained.
    """

    called: str
    make: Callable[[], keras.Model]
    _made: list[weakref.ref[Any]] = field(default_factory=list, init=False, repr=False)

    def __call__(self) -> Mapping[str, Any]:
        """A stand-in, under its name: what an answer may use."""
        model = self.make()
        random = np.random.default_rng()
        for variable in model.trainable_variables:  # no fresh start, from whatever seed, gives weights like these
            variable.assign_add(random.normal(scale=0.05, size=variable.shape).astype("float32"))
        self._made = [known for known in self._made if known() is not None]
        # A model may be thrown away while its layers go on in another, so a layer is what is remembered.
        self._made += [weakref.ref(layer) for layer in all_layers(model)]
        return {self.called: model}

    def of_learner(self) -> keras.Model | None:
        """The learner's own, as the notebook's variable of this name holds it; None where there is none."""
        import keras

        found = getattr(sys.modules.get("__main__"), self.called, None)
        return found if isinstance(found, keras.Model) else None

    def layers(self, name: str) -> Iterator[Any]:
        """Every layer of this name that is known: the learner's and those of stand-ins."""
        own = self.of_learner()
        if own is not None:
            yield from (layer for layer in all_layers(own) if layer.name == name)
        yield from (layer for layer in (known() for known in self._made) if layer is not None and layer.name == name)


@dataclass
class Reuses(Criterion):
    """Layers of a given model are used again, with the weights that they have: no clones, no new ones.

    Take it when an exercise goes on with a model that the lesson trained. That model is a `Given`, which stands in the
    exercise's `given=` as well. `SameGraph` sees the same graph whether weights are new or old, so take both.

    Args:
        given: the model.
        layers: names of its layers that must be there; nothing for all that have weights.
        or_equal: whether layers of another object with the same weights will do, as of a model that was saved.
        in_place: whether they are to do what they do in the answer: each reads what it was trained on. Asked of a model
            whose graph is the answer's; the layers that are new in the answer have its names.
        may_be: asked where the learner's own model is not in sight and the layers are none that were given: whether
            the model looks as if it had been made from the one that is meant.
        name: what is asked, in a few words.

    Example:
        >>> import keras
        >>> from keras import layers
        >>> from course_utils.checks.reuse import Given, Reuses
        >>> from course_utils.checks.trying import tell
        >>> def network():
        ...     x = keras.Input((4,), name="x")
        ...     return keras.Model(x, layers.Dense(8, name="trunk")(x))
        >>> trained = Given("network", network)
        >>> def continued(old):
        ...     return keras.Model(old.inputs, layers.Dense(1)(old.output))
        >>> tell(Reuses(trained), continued(trained()["network"]))
        ✓ they are used again.
        >>> tell(Reuses(trained), continued(network()))
        ✗ where: look at where the layers with weights come from.
          what: `trunk` is another layer, with weights of its own.
          how: `trunk` is another layer, with weights of its own; take the trained ones from `network`:
            `.get_layer("trunk")`.

    On failure:
        Which layers are new or missing, and the call that gives the trained one.
    """

    given: Given
    layers: Collection[str] = ()
    or_equal: bool = False
    in_place: bool = False
    may_be: Callable[[Any], bool] | None = None
    name: str = "the trained layers"
    gives_away = "how"

    def judge(self, attempt: Attempt) -> Finding:
        """Compare layers, those of the same name, one by one."""
        own = self.given.of_learner()
        model = own if own is not None else self.given.make()
        wanted = self.layers or [layer.name for layer in all_layers(model) if layer.weights]
        used: dict[str, list[Any]] = {}
        for layer in all_layers(attempt.value):
            used.setdefault(layer.name, []).append(layer)
        missing = [name for name in wanted if not any(self._is_known(layer) for layer in used.get(name, ()))]
        if not missing or (own is None and self.may_be is not None and self.may_be(attempt.value)):
            if self.in_place and not self._are_in_place(attempt):
                return self.missed(
                    "they are used again, but with their weights the model does not give what it should: one of them "
                    "reads what another was trained on, or features in another order.",
                    "look at what each layer reads.",
                )
            return self.found(True, "they are used again.")
        names = listed(f"`{name}`" for name in missing)
        found = "are other layers, with weights of their own" if missing[0] in used else "are not in the model"
        if len(missing) == 1:
            found = found.replace("are other layers", "is another layer").replace("are not", "is not")
            found = found.replace("their own", "its own")
        return self.missed(
            f'{names} {found}; take the trained ones from `{self.given.called}`: `.get_layer("{missing[0]}")`.',
            "look at where the layers with weights come from.",
        )

    def _are_in_place(self, attempt: Attempt) -> bool:
        from course_utils.graphs.compare.behaviour.named import computes_as_named
        from course_utils.graphs.reading.errors import KerasChanged

        try:
            return computes_as_named(
                attempt.value, attempt.target, (attempt.graph, attempt.answer.graph(attempt.target))
            )
        except KerasChanged:
            raise
        except Exception:  # another graph, of which more is told elsewhere
            return True

    def _is_known(self, layer: Any) -> bool:
        known = list(self.given.layers(layer.name))
        return any(one is layer for one in known) or (self.or_equal and any(_equal(one, layer) for one in known))


def _equal(layer: Any, other: Any) -> bool:
    mine, theirs = layer.get_weights(), other.get_weights()
    return len(mine) == len(theirs) and all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True))
