"""The five levels of a rating, kept as words so that no standard's numbering can be mistaken."""

from enum import StrEnum


class Level(StrEnum):
    """A level of satisfaction. Members run from best to worst.

    好差评 interfaces (国办发〔2019〕51号) number them 5 = very satisfied … 1 = very dissatisfied,
    GB/T 39046-2020 A.8 the other way round: numbers belong at the edge, never inside.
    """

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"

    @property
    def is_bad(self) -> bool:
        """Whether this is a bad rating (差评): levels 2 and 1 of 好差评."""
        return self.rank <= 2

    @property
    def rank(self) -> int:
        """The number in 好差评 interfaces: 5 is best, 1 worst."""
        return 5 - _BEST_FIRST.index(self)

    @classmethod
    def from_rank(cls, rank: int) -> "Level":
        """The level a 好差评 interface means by `rank` (5 best); ValueError outside 1–5."""
        if rank not in range(1, 6):
            raise ValueError(f"no level has the number {rank!r}: 5 is best, 1 worst")
        return _BEST_FIRST[5 - rank]


_BEST_FIRST = tuple(Level)
