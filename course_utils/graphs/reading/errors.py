"""Why a model cannot be read: of the model, or of the Keras that made it."""

from __future__ import annotations

import sys


class UnreadableModel(ValueError):
    """The object has no graph of layers; the message tells the learner what it is and what to do."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: where in this code it arose helps nobody."""
        return [f"{type(self).__name__}: {self}"]


class KerasChanged(UnreadableModel):
    """This Keras lacks an attribute that the course rests on and that Keras does not document.

    Whoever goes on without one that cannot be read lets this pass: what was found would be wrong, and nobody told.

    Args:
        name: of the attribute.
        owner: what it was looked for on.
    """

    def __init__(self, name: str, owner: object) -> None:
        package, place = _origin(owner)
        version = getattr(sys.modules.get(package), "__version__", "?")
        super().__init__(
            f"{'TensorFlow' if package == 'tensorflow' else 'Keras'} {version} has no `{name}` in `{place}`, which the "
            "course needs. `pip install -r requirements.txt` installs the version that it was tested with."
        )


def _origin(owner: object) -> tuple[str, str]:
    """The package that an object is of, and the name of its class there; of a module, its own name."""
    if isinstance(name := getattr(owner, "__name__", None), str):
        return name.partition(".")[0], name.rpartition(".")[2]
    for cls in type(owner).__mro__:
        package = cls.__module__.partition(".")[0]
        if package in ("keras", "tensorflow"):
            return package, cls.__name__
    return "keras", type(owner).__name__
