"""Whether numbers look as if they had been drawn at random, or put down in some order."""

from __future__ import annotations

import numpy as np

FAR = 6.0  # standard deviations; chance alone goes so far in one check of many millions
FEWEST = 100  # pairs; what fewer have in common says little
FAR_TOGETHER = 5.0  # of all counts together; chance goes so far in one check of millions
FAR_ALONE = 6.0  # of one count; chance goes so far in one check of many millions
MOST_IN_PLACE = 0.1  # of a shuffled array; chance alone leaves one element in its place, however many there are


def not_alike(counts: np.ndarray) -> int | None:
    """Which kind was drawn far more or far less often than the others, if they were to have the same chance.

    Args:
        counts: how often each kind was drawn.

    Returns:
        The place of the kind that is furthest off; None where chance may have counted so.
    """
    expected = counts.mean()
    squares = (counts - expected) ** 2 / expected
    freedom = len(counts) - 1
    # The sum has a chi-squared distribution, which Wilson and Hilferty's cube root makes nearly normal.
    root = np.cbrt(squares.sum() / freedom)
    far = (root - (1 - 2 / (9 * freedom))) / np.sqrt(2 / (9 * freedom))
    is_far = far > FAR_TOGETHER or squares.max() > FAR_ALONE**2
    return int(squares.argmax()) if is_far else None


def not_drawn(draws: np.ndarray) -> str | None:
    """What shows that draws follow a rule.

    Drawn one by one, they may be of any distribution, but equal ones stand at any distance about as often as their
    numbers make likely; and so they do where the draws are read backwards.

    Args:
        draws: whole numbers, one axis.

    Returns:
        None where nothing speaks against chance; else half a sentence.
    """
    n = len(draws)
    shares = np.unique(draws, return_counts=True)[1] / n
    likely = float(np.sum(shares**2))
    spread = np.sqrt(likely * (1 - likely))

    def often(found: int, pairs: int) -> str:
        """How often they are equal beside what chance has: more, less, or nothing to be told."""
        apart = found - likely * pairs
        # One deviation more than the curve's: of few pairs that are rarely equal, more are so now and then.
        is_far = spread > 0 and abs(apart) > FAR * (spread * np.sqrt(pairs) + 1)
        return ("more" if apart > 0 else "less") if is_far else ""

    for lag in range(1, max(n - FEWEST, n // 2) + 1):
        found = int(np.sum(draws[lag:] == draws[:-lag]))
        if how := often(found, n - lag):
            where = "next to each other" if lag == 1 else f"{lag} places apart"
            return _said(f"stand {where}", how, found, likely * (n - lag))
    for ends in range(2 * FEWEST - 1, 2 * (n - FEWEST)):  # the sum of two places that a mirror exchanges
        first = max(0, ends - n + 1)
        part = draws[first : ends - first + 1]
        pairs = len(part) // 2
        found = int(np.sum(part[:pairs] == part[::-1][:pairs]))
        if how := often(found, pairs):
            where = f"face each other, forwards from place {first} and backwards from place {ends - first},"
            return _said(where, how, found, likely * pairs)
    return None


def _said(where: str, how: str, found: int, expected: float) -> str:
    return f"equal ones {where} far {how} often than chance has it ({found} times; about {expected:.0f})"


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
