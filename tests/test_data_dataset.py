"""What a data set says of itself."""

import numpy as np

from course_utils.data.dataset import Dataset, Split


def split(count):
    """Arrays of zeros that take no room."""
    zero = np.float32(0)
    return Split(
        {"image": np.broadcast_to(zero, (count, 8, 8, 1)), "mass": np.broadcast_to(zero, (count, 1))},
        {"digit": np.broadcast_to(np.int32(0), (count,))},
    )


def test_inputs_and_targets_stand_in_lines_of_their_own():
    """So that none is so long that a page breaks it."""
    assert repr(Dataset(split(6000), split(1000))).splitlines() == [
        "train: 6000 examples",
        "  inputs: image float32[6000, 8, 8, 1], mass float32[6000, 1]",
        "  targets: digit int32[6000]",
        "validation: 1000 examples",
        "  inputs: image float32[1000, 8, 8, 1], mass float32[1000, 1]",
        "  targets: digit int32[1000]",
    ]
