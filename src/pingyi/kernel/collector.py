"""The garbage collector of a long-running process."""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 10_000, 20, 50


def settle() -> None:
    """What is loaded stays: the collector need not walk it while ratings wait.

    And it comes rarely: a scoreboard is a hundred thousand small things made at once, none of them
    garbage, over which the usual steps cost as much again as the work.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
