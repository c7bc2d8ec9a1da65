"""Acceleration worn at the waist → what the wearer is doing and the energy it takes (lecture example L14).

A *window* is 2.56 s of three-axis acceleration: 64 samples at 25 Hz, in m/s², gravity included. Windows belong to
*wearers*, who differ in mass, in cadence (steps or pedal turns a second), in how strongly they move and in how the
device sits on them.

How energy follows from a window. The wearer's power relative to rest (in MET) is a straight line in the cadence,
one line an activity, and kcal/min = MET × 3.5 × mass / 200, the formula of exercise physiology, plus measurement
noise. Mass does not show in the acceleration, so a model that sees only acceleration has to assume a mean wearer.

How well any model can do:

* Activity. A stated share of the sitting and of the standing windows are *still moments*, drawn alike for both. There
  the best guess is right half the time; all other windows show their activity clearly.
* Energy, from acceleration alone. Give the model activity and cadence without error. With r the MET of a window and m
  the wearer's mass, which does not depend on r, the best guess is k·E[m]·r, and what is left is
  k²·mean((m − E[m])²·r²) + σ². In a still moment r is one of two values, which adds k²·E[m]²·(Δr/2)².
* Energy, from both inputs: only the noise and the still moments are left, σ² + share·k²·mean(m²)·(Δr/2)².
* Energy, from mass alone: the best guess is k·m·E[r], and k²·mean(m²·(r − E[r])²) + σ² is left; from nothing it is
  k·E[m]·E[r], with k²·mean((m·r − E[m]·E[r])²) + σ².

The means over r are closed forms (cadence is uniform for a given wearer); those over wearers are taken over the wearers
drawn for validation, because a handful of people never has the mean of a population. Mass is standardised, so its mean
and spread are the same in both parts. When windows are split at random, wearers are in both parts and the tilt of the
device tells who is who: there the acceleration may give the mass away, and its limit is that of both inputs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.data.dataset import Arrays, Dataset, Split, check_range

RATE = 25.0
"""Samples a second."""
SAMPLES = 64
"""Samples a window."""
GRAVITY = 9.81
"""m/s²."""
KCAL = 3.5 / 200
"""kcal a minute for one MET and one kilogram."""
MASS = (72.0, 14.0)
"""Mean and standard deviation of the wearers' mass in kg."""
STRIDE_SPREAD = 0.06
"""Standard deviation of the wearers' cadence factor, whose mean is 1."""
STRENGTH_SPREAD = 0.1
"""The same for the strength of their movements."""
STILL = 0.3
"""Share of the sitting and standing windows in which nothing moves."""
ENERGY_NOISE = 0.3
"""Standard deviation of the energy measurement in kcal/min."""
SENSOR_NOISE = 0.1
"""Standard deviation of each acceleration sample in m/s²."""
HELD_OUT = 0.2
"""Share of the wearers kept for validation."""


@dataclass(frozen=True)
class Activity:
    """One class: its energy line and how it moves the device."""

    name: str
    met: tuple[float, float]
    """MET at the lowest and at the highest cadence; equal for activities without a cadence."""
    cadence: tuple[float, float] = (0.0, 0.0)
    """Range of steps or pedal turns a second for a wearer with cadence factor 1."""
    pitch: float = 0.0
    """Degrees by which the trunk leans: 90 is flat."""


ACTIVITIES = (
    Activity("lying", (1.0, 1.0), pitch=90.0),
    Activity("sitting", (1.3, 1.3)),
    Activity("standing", (1.9, 1.9)),
    Activity("walking", (2.5, 5.5), cadence=(1.4, 2.1)),
    Activity("running", (7.0, 13.0), cadence=(2.4, 3.1)),
    Activity("bicycling", (4.0, 10.0), cadence=(0.9, 1.7), pitch=35.0),
)


def make(
    n: int = 4800, n_validation: int = 1200, seed: int = 7, *, subjects: int = 30, split: str = "subject"
) -> Dataset:
    """Windows of acceleration with activity and energy (lecture example L14).

    Inputs: `acceleration` float32 (windows, 64, 3), m/s², axes forward, sideways, up at the wearer's waist;
    `mass` float32 (windows, 1), kg, which the lecture's model does not read.
    Targets: `activity` float32 (windows, 6), one-hot; `energy` float32 (windows, 1), kcal/min.

    `.ceiling[inputs]["activity"]` is an accuracy, `.ceiling[inputs]["energy"]` a root mean squared error in kcal/min.
    `.details`: `activities` (names, in the order of the one-hot columns), `rate` (Hz), `units`, `still_share`,
    `energy_noise`, and by split (`"train"`, `"validation"`) `subject` (who wore it), `cadence` (Hz), `met`
    (what an oracle would know) and `still` (whether nothing moved).

    Time and memory grow with n: a million windows take about 9 s and 0.9 GB.

    Args:
        n: windows for training, 60 to 5,000,000.
        n_validation: windows for validation, 60 to 1,000,000.
        seed: the same seed gives the same data.
        subjects: wearers in all, 25 to 10,000.
        split: `"subject"` keeps a fifth of the wearers for validation; `"window"` draws windows of all wearers for
            both parts.

    Raises:
        ValueError: if an argument is out of range.
    """
    check_range("n", n, 60, 5_000_000)
    check_range("n_validation", n_validation, 60, 1_000_000)
    check_range("seed", seed, 0, 2**63 - 1)
    check_range("subjects", subjects, 25, 10_000)
    if split not in ("subject", "window"):
        raise ValueError(f'split must be "subject" or "window"; got {split!r}.')
    rng = np.random.default_rng(seed)

    held_out = rng.permutation(subjects) < round(HELD_OUT * subjects)
    traits = _standardised(rng, held_out)
    wearers = _Wearers(
        mass=MASS[0] + MASS[1] * traits[:, 0],
        stride=1 + STRIDE_SPREAD * traits[:, 1],
        strength=1 + STRENGTH_SPREAD * traits[:, 2],
        tilt=np.radians(10.0) * rng.standard_normal((subjects, 3)),
    )
    everyone = np.arange(subjects)
    train_pool, pool = (everyone, everyone) if split == "window" else (everyone[~held_out], everyone[held_out])
    train, train_known = _draw(rng, wearers, train_pool, n)
    validation, known = _draw(rng, wearers, pool, n_validation)
    return Dataset(
        train=train,
        validation=validation,
        ceiling=_ceiling(wearers.mass[pool], wearers.stride[pool], split),
        details={
            "activities": tuple(a.name for a in ACTIVITIES),
            "rate": RATE,
            "units": {"acceleration": "m/s²", "mass": "kg", "energy": "kcal/min", "cadence": "Hz"},
            "still_share": STILL,
            "energy_noise": ENERGY_NOISE,
            "train": train_known,
            "validation": known,
        },
    )


@dataclass(frozen=True)
class _Wearers:
    """How the wearers differ; one row each."""

    mass: np.ndarray
    """kg."""
    stride: np.ndarray
    """Factor on every cadence."""
    strength: np.ndarray
    """Factor on every movement."""
    tilt: np.ndarray
    """Roll, pitch and yaw of the device in radians."""


def _draw(rng: np.random.Generator, wearers: _Wearers, pool: np.ndarray, n: int) -> tuple[Split, Arrays]:
    """Draw n windows of these wearers, and what an oracle would know about them."""
    # Counting through (activity, wearer) keeps both balanced, so that their shares are known exactly.
    order = rng.permutation(n)
    activity = order % len(ACTIVITIES)
    subject = pool[order // len(ACTIVITIES) % len(pool)]
    still = ((activity == 1) | (activity == 2)) & (rng.random(n) < STILL)
    effort = rng.random(n)
    low, high = np.array([a.cadence for a in ACTIVITIES])[activity].T
    cadence = (low + (high - low) * effort) * wearers.stride[subject]
    met = _met(activity, cadence)
    mass = wearers.mass[subject]
    energy = KCAL * mass * met + ENERGY_NOISE * rng.standard_normal(n)
    split = Split(
        {
            "acceleration": _windows(rng, wearers, activity, subject, still, effort, cadence),
            "mass": mass[:, None].astype("float32"),
        },
        {"activity": np.eye(len(ACTIVITIES), dtype="float32")[activity], "energy": energy[:, None].astype("float32")},
    )
    known = {"cadence": cadence.astype("float32"), "met": met.astype("float32")}
    return split, {"subject": subject, "still": still, **known}


def _standardised(rng: np.random.Generator, held_out: np.ndarray) -> np.ndarray:
    """Three normal traits a wearer: mean 0, variance 1 and no correlation, exactly, in both parts.

    A dozen people drawn freely would differ from the others so much that a score on them says little.
    """
    traits = rng.standard_normal((len(held_out), 3))
    for group in (held_out, ~held_out):
        basis, _ = np.linalg.qr(traits[group] - traits[group].mean(axis=0))
        traits[group] = basis * np.sqrt(group.sum())
    return traits


def _met(activity: np.ndarray, cadence: np.ndarray) -> np.ndarray:
    """Power relative to rest: a line in the cadence, one an activity."""
    base, slope = np.array([_line(a) for a in ACTIVITIES]).T
    return base[activity] + slope[activity] * cadence


def _line(activity: Activity) -> tuple[float, float]:
    """Intercept and slope of MET against cadence."""
    (low, high), (first, last) = activity.cadence, activity.met
    slope = (last - first) / (high - low) if high > low else 0.0
    return first - slope * low, slope


def _moments(stride: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """E[MET] and E[MET²] over the windows of wearers with these cadence factors, in closed form: effort is uniform."""
    first, second = np.zeros_like(stride), np.zeros_like(stride)
    for activity in ACTIVITIES:
        base, slope = _line(activity)
        low, high = activity.cadence
        f1 = (low + high) / 2 * stride
        f2 = (low * low + low * high + high * high) / 3 * stride**2
        first += base + slope * f1
        second += base * base + 2 * base * slope * f1 + slope * slope * f2
    return first / len(ACTIVITIES), second / len(ACTIVITIES)


def _ceiling(mass: np.ndarray, stride: np.ndarray, split: str) -> dict[frozenset[str], dict[str, float]]:
    """Best accuracy and energy error on these wearers for each set of inputs; the module's docstring derives them."""
    classes = len(ACTIVITIES)
    still_share = STILL * 2 / classes
    gap = (ACTIVITIES[2].met[0] - ACTIVITIES[1].met[0]) / 2
    met1, met2 = _moments(stride)
    mean_met = float(_moments(np.array([1.0]))[0][0])
    noise = ENERGY_NOISE**2

    accuracy = 1 - still_share / 2
    both = noise + KCAL**2 * still_share * gap**2 * float(np.mean(mass**2))
    window = noise + KCAL**2 * (float(np.mean((mass - MASS[0]) ** 2 * met2)) + still_share * gap**2 * MASS[0] ** 2)
    alone = noise + KCAL**2 * float(np.mean(mass**2 * (met2 - 2 * met1 * mean_met + mean_met**2)))
    constant = MASS[0] * mean_met
    nothing = noise + KCAL**2 * float(np.mean(mass**2 * met2 - 2 * mass * met1 * constant + constant**2))
    if split == "window":
        window = both
    return {
        frozenset({"acceleration"}): {"activity": accuracy, "energy": window**0.5},
        frozenset(): {"activity": 1 / classes, "energy": nothing**0.5},
        frozenset({"mass"}): {"activity": 1 / classes, "energy": alone**0.5},
        frozenset({"acceleration", "mass"}): {"activity": accuracy, "energy": both**0.5},
    }


def _windows(
    rng: np.random.Generator,
    wearers: _Wearers,
    activity: np.ndarray,
    subject: np.ndarray,
    still: np.ndarray,
    effort: np.ndarray,
    cadence: np.ndarray,
) -> np.ndarray:
    """Acceleration, float32 (windows, 64, 3), made in slices so that memory beyond the result stays small."""
    out = np.empty((len(activity), SAMPLES, 3), dtype="float32")
    lean = np.radians([a.pitch for a in ACTIVITIES])
    for start in range(0, len(activity), 20_000):
        part = slice(start, start + 20_000)
        a, s = activity[part], subject[part]
        motion = _motion(rng, a, still[part], effort[part], cadence[part])
        motion *= wearers.strength[s, None, None].astype("float32")
        motion[:, :, 2] += np.float32(GRAVITY)
        # How the device sits: the wearer's own tilt, and a little that changes from window to window.
        angles = wearers.tilt[s] + np.radians(2.0) * rng.standard_normal((len(a), 3))
        angles[:, 1] += lean[a]
        out[part] = motion @ _rotation(angles).astype("float32")
        out[part] += np.float32(SENSOR_NOISE) * rng.standard_normal(out[part].shape, dtype="float32")
    return out


def _motion(
    rng: np.random.Generator, activity: np.ndarray, still: np.ndarray, effort: np.ndarray, cadence: np.ndarray
) -> np.ndarray:
    """Movement without gravity, float32 (windows, 64, 3): forward, sideways, up."""
    n = len(activity)
    out = np.zeros((n, SAMPLES, 3), dtype="float32")
    time = (np.arange(SAMPLES) / RATE).astype("float32")
    start = rng.uniform(0, 2 * np.pi, n)
    phase = (2 * np.pi * cadence[:, None] * time + start[:, None]).astype("float32")
    push = (1 + 0.5 * effort)[:, None].astype("float32")

    sitting, standing, walking, running, bicycling = ((activity == k) & ~still for k in range(1, 6))
    # Someone sitting fidgets: one short move in any direction. Someone standing sways slowly.
    k = int(sitting.sum())
    when, width = rng.uniform(0.4, 2.1, (k, 1, 1)), rng.uniform(0.08, 0.2, (k, 1, 1))
    size = rng.uniform(3.0, 6.0, (k, 1, 1)) * _directions(rng, k)[:, None, :]
    moment = (time[None, :, None] - when) / width
    out[sitting] = size * -moment * np.exp(-0.5 * moment**2)
    k = int(standing.sum())
    sway = 2 * np.pi * rng.uniform(0.3, 0.6, (k, 1, 1)) * time[None, :, None] + rng.uniform(0, 2 * np.pi, (k, 1, 2))
    out[standing, :, :2] = rng.uniform(1.0, 1.8, (k, 1, 1)) * np.sin(sway)

    # A step lifts the trunk once; left and right alternate, so the sideways swing has half the frequency.
    for who, up, second, forward, sideways in ((walking, 2.2, 0.6, 1.2, 0.8), (running, 7.0, 1.5, 3.0, 2.0)):
        p, amplitude = phase[who], push[who]
        out[who, :, 2] = amplitude * (up * np.sin(p) + second * np.sin(2 * p))
        out[who, :, 0] = amplitude * forward * np.cos(p)
        out[who, :, 1] = amplitude * sideways * np.sin(p / 2)
    # Pedalling is smooth and weak, the road shakes.
    p, amplitude = phase[bicycling], push[bicycling]
    out[bicycling, :, 0] = amplitude * 0.9 * np.sin(p)
    out[bicycling, :, 1] = amplitude * 0.9 * np.cos(p)
    out[bicycling] += 0.8 * rng.standard_normal((len(p), SAMPLES, 3), dtype="float32")
    return out


def _directions(rng: np.random.Generator, n: int) -> np.ndarray:
    """Directions in space, uniform, float64 (n, 3)."""
    vectors = rng.standard_normal((n, 3))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _rotation(angles: np.ndarray) -> np.ndarray:
    """Rotation matrices (n, 3, 3) that turn row vectors by roll, pitch and yaw in radians (n, 3)."""
    (cr, cp, cy), (sr, sp, sy) = np.cos(angles).T, np.sin(angles).T
    one, zero = np.ones_like(cr), np.zeros_like(cr)
    roll = np.stack([one, zero, zero, zero, cr, sr, zero, -sr, cr], axis=1).reshape(-1, 3, 3)
    pitch = np.stack([cp, zero, -sp, zero, one, zero, sp, zero, cp], axis=1).reshape(-1, 3, 3)
    yaw = np.stack([cy, sy, zero, -sy, cy, zero, zero, zero, one], axis=1).reshape(-1, 3, 3)
    rotation: np.ndarray = yaw @ pitch @ roll
    return rotation
