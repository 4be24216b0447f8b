"""How the builder says where it is: stages with a length, for a progress bar or for nobody."""

from __future__ import annotations

from typing import Protocol


class Report(Protocol):
    def stage(self, name: str, total: int | None = None) -> None:
        """A new stage begins, of `total` steps if that is known."""

    def advance(self, steps: int = 1) -> None:
        """So many steps of the present stage are done."""


class Silent:
    """For tests."""

    def stage(self, name: str, total: int | None = None) -> None:
        pass

    def advance(self, steps: int = 1) -> None:
        pass
