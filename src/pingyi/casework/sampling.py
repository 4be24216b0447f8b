"""A random sample that anybody can draw again. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence


def draw(population: Sequence[str], seed: str, wanted: int) -> list[str]:
    """`wanted` of `population` (all, if it is smaller), the same ones for the same seed, sorted."""
    pool = sorted(population)
    picked = random.Random(seed).sample(pool, min(wanted, len(pool)))  # noqa: S311
    return sorted(picked)
