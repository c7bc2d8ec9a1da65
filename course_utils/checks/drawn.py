"""Whether numbers look as if they had been drawn at random, or put down in some order."""

from __future__ import annotations

import numpy as np

FAR = 6.0  # standard deviations; chance alone goes so far in one check of many millions
LAGS = 60  # distances at which equal draws are counted; a rule of a longer period is not looked for
MOST_IN_PLACE = 0.1  # of a shuffled array; chance alone leaves one element in its place, however many there are


def not_drawn(draws: np.ndarray) -> str | None:
    """What shows that draws follow a rule.

    Drawn one by one, they may be of any distribution, but equal ones stand at a distance of 1, 2, 3, … about as often
    as their numbers make likely.

    Args:
        draws: whole numbers, one axis.

    Returns:
        None where nothing speaks against chance; else half a sentence.
    """
    n = len(draws)
    shares = np.unique(draws, return_counts=True)[1] / n
    likely = float(np.sum(shares**2))
    spread = np.sqrt(likely * (1 - likely))
    for lag in range(1, min(LAGS, n // 2) + 1):
        found = int(np.sum(draws[lag:] == draws[:-lag]))
        expected = likely * (n - lag)
        if spread and abs(found - expected) > max(FAR * spread * np.sqrt(n - lag), 3):
            often = "more" if found > expected else "less"
            where = "next to each other" if lag == 1 else f"{lag} places apart"
            return (
                f"equal ones stand {where} far {often} often than chance has it ({found} times; about {expected:.0f})"
            )
    return None


def not_shuffled(order: np.ndarray) -> str | None:
    """What shows that an order of 0, 1, …, n − 1 was not shuffled; None where nothing does."""
    n = len(order)
    in_place = int(np.sum(order == np.arange(n)))
    if in_place == n:
        return "nothing is shuffled"
    if in_place > max(MOST_IN_PLACE * n, 3):
        return f"{in_place} of {n} still stand where they stood"
    steps, counts = np.unique(np.diff(order), return_counts=True)
    if counts.max() > max(MOST_IN_PLACE * n, 3):
        step = int(steps[counts.argmax()])
        return (
            f"{counts.max()} times the next one is the one {abs(step)} {'further on' if step > 0 else 'before'}: a rule"
        )
    return None
