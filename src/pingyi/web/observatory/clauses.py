"""Clauses by the id that lines and consequences cite."""

from __future__ import annotations

from pingyi.rulebook import Scheme
from pingyi.rulebook.model import Clause


def clause_of(scheme: Scheme, name: str) -> Clause | None:
    """The clause a line or consequence cites."""
    for known in (scheme.base, scheme.floor, scheme.ceiling):
        if known is not None and known.id == name:
            return known
    for section in (scheme.points, scheme.components, scheme.consequences, scheme.vetoes):
        if name in section:
            return section[name]
    return None
