"""Case numbers as they stand in addresses: whatever else comes is no address at all."""

from __future__ import annotations

import re


class CaseNumber:
    """`2026-000123`: the year, and the year's count."""

    regex = "[0-9]{4}-[0-9]{1,9}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def is_case_number(text: str) -> bool:
    """Whether a case could be called so."""
    return re.fullmatch(CaseNumber.regex, text) is not None
