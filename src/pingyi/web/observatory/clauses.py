"""Clauses by the id that lines and consequences cite."""

from __future__ import annotations

from collections.abc import Mapping

from pingyi.rulebook import Scheme
from pingyi.rulebook.model import Clause


def clause_of(scheme: Scheme, name: str) -> Clause | None:
    """The clause a line or consequence cites; or, as `ties` and `honours.top_ten`, the one whose
    table is called so in the file."""
    for section in (scheme.points, scheme.components, scheme.consequences, scheme.vetoes):
        if name in section:
            return section[name]
    table, _, key = name.partition(".")
    found = getattr(scheme, table, None)
    if isinstance(found, Mapping):
        found = found.get(key)
    return found if isinstance(found, Clause) else None
