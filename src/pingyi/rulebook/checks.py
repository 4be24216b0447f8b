"""What must hold between the clauses of a scheme, beyond each being well formed."""

from collections.abc import Iterator

from pingyi.rulebook.levels import Level
from pingyi.rulebook.model import Scheme

Found = tuple[tuple[str, ...], str | None, str]


def mistakes(scheme: Scheme) -> Iterator[Found]:
    """Each mistake as (place of the clause, key it concerns, what is wrong)."""
    return iter(())
