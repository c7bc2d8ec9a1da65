"""Right and wrong answers for each exercise, one module a lesson.

`RIGHT` maps an exercise to functions that return right answers, each written in another way than the answer in the
lesson. `WRONG` maps it to pairs of a function that returns a wrong answer and words that its message must contain.
"""

import importlib
import pkgutil


def collect(name):
    """`RIGHT` or `WRONG` of all lessons: exercise → list."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return {exercise: cases for module in modules for exercise, cases in getattr(module, name).items()}
